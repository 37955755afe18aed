# The program itself: after every room and the handlers exist.
add_room(bot_app SOURCES bot/app.cpp bot/cli.cpp bot/demo.cpp bot/site.cpp
    USES bot_advice bot_config bot_console bot_doors bot_knowledge bot_ops bot_outreach bot_routing bot_wording
         handlers spdlog::spdlog)
# A package must not look at the place where it was built.
if(LASTMETER_PACKAGE)
    target_compile_definitions(bot_app PRIVATE LASTMETER_TEMPLATES="")
else()
    target_compile_definitions(bot_app PRIVATE LASTMETER_TEMPLATES="${PROJECT_SOURCE_DIR}/templates")
endif()
add_executable(lastmeter bot/main.cpp)
target_link_libraries(lastmeter PRIVATE bot_app bot_warnings)

# What the program learns from the cards: seconds here, so that it starts at once.
file(GLOB knowledge_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/templates/knowledge/*.toml
     ${PROJECT_SOURCE_DIR}/templates/knowledge/phrasings/*.txt ${PROJECT_SOURCE_DIR}/templates/data/*.toml)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/knowledge.model
    COMMAND lastmeter check --knowledge ${PROJECT_SOURCE_DIR}/templates/knowledge --save-model ${CMAKE_BINARY_DIR}/knowledge.model
    DEPENDS ${knowledge_files} lastmeter
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMENT "Learning from the cards")
add_custom_target(knowledge_model ALL DEPENDS ${CMAKE_BINARY_DIR}/knowledge.model)
