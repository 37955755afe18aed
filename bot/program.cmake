# The program itself: after every room and the handlers exist.
add_room(bot_app SOURCES bot/app.cpp bot/cli.cpp bot/demo.cpp bot/site.cpp
    USES bot_config bot_console bot_doors bot_knowledge bot_ops bot_outreach bot_routing bot_wording
         handlers spdlog::spdlog)
target_compile_definitions(bot_app PRIVATE LASTMETER_TEMPLATES="${PROJECT_SOURCE_DIR}/templates")
add_executable(lastmeter bot/main.cpp)
target_link_libraries(lastmeter PRIVATE bot_app bot_warnings)
