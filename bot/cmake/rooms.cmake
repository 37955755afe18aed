# Libraries, warnings and the one function by which every room is declared.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(prometheus-cpp REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(pugixml REQUIRED)
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
find_library(SQLITE3 sqlite3 REQUIRED)
find_library(SODIUM sodium REQUIRED)
find_library(OPENCC opencc REQUIRED)

add_library(bot_warnings INTERFACE)
target_compile_options(bot_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wold-style-cast -Woverloaded-virtual
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>) # g++ 12 warns falsely on string concatenation (GCC bug 105651)

if(LASTMETER_SANITIZE)
    add_compile_options(-fsanitize=${LASTMETER_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${LASTMETER_SANITIZE})
    if(LASTMETER_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        add_compile_options(-Wno-tsan)
    endif()
    if(LASTMETER_SANITIZE MATCHES undefined AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
        add_compile_options(-fno-sanitize=function) # its prologue data and coroutines do not assemble together
    endif()
endif()

add_library(bot_boost INTERFACE)
target_link_libraries(bot_boost INTERFACE Boost::headers Boost::url OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(bot_boost INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED)

# add_room(bot_net SOURCES a.cpp b.cpp USES bot_core OpenSSL::SSL): one static library per room.
function(add_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;USES" ${ARGN})
    add_library(${name} STATIC ${ROOM_SOURCES})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC bot_boost ${ROOM_USES} PRIVATE bot_warnings)
endfunction()
