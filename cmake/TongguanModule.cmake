# One target a module. tongguan_module(base DEPS ...) in gateway/base makes
#   tongguan_base        from the folder's *.cc,
#   tongguan_base_test   from its *_test.cc  (one test program, found by CTest),
#   tongguan_base_bench  from its *_bench.cc (Google Benchmark).
# PRECOMPILED proto or grpc: see Precompiled.cmake.
# DEPS are modules below it or libraries; tests/check_layering.sh refuses an
# include that points upward.

if(TONGGUAN_WERROR)
  set(TONGGUAN_WARNINGS -Wall -Wextra -Werror)
else()
  set(TONGGUAN_WARNINGS -Wall -Wextra)
endif()

find_program(TONGGUAN_CCACHE ccache)
if(TONGGUAN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A fresh clone in another folder finds what was compiled before.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      ${TONGGUAN_CCACHE})
endif()
find_program(TONGGUAN_MOLD mold)
if(TONGGUAN_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

include(GoogleTest)
include(Precompiled)

function(tongguan_test name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE ${TONGGUAN_WARNINGS})
  # Tests are compiled more often than a slower one is noticed.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  tongguan_precompiled(${name} ${ARG_PRECOMPILED} test)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock
                                        GTest::gtest_main)
  gtest_discover_tests(${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                       DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()

function(tongguan_module module)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "DEPS;TEST_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(benches ${sources})
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|/testing|/main)\\.cc$")
  if(NOT sources)
    return()
  endif()
  add_library(tongguan_${module} STATIC ${sources})
  target_compile_options(tongguan_${module} PRIVATE ${TONGGUAN_WARNINGS})
  target_link_libraries(tongguan_${module} PUBLIC ${ARG_DEPS})
  tongguan_precompiled(tongguan_${module} ${ARG_PRECOMPILED})
  if(tests)
    tongguan_test(tongguan_${module}_test SOURCES ${tests}
                  PRECOMPILED ${ARG_PRECOMPILED}
                  DEPS tongguan_${module} ${ARG_TEST_DEPS})
  endif()
  if(benches)
    add_executable(tongguan_${module}_bench ${benches})
    target_compile_options(tongguan_${module}_bench PRIVATE
                           ${TONGGUAN_WARNINGS})
    target_link_libraries(tongguan_${module}_bench PRIVATE
      tongguan_${module} ${ARG_TEST_DEPS} benchmark::benchmark_main)
  endif()
endfunction()
