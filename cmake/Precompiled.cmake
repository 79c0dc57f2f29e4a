# Headers of libraries and of the API that many sources take in, compiled once:
# parsing them is most of what a build costs. tongguan_precompiled(target KIND)
# hands them to a target's sources; KIND is `proto` or `grpc`, then `test` where
# it is a test; nothing for none. A source includes what it uses all the same:
# the sanitizers' builds do without (TONGGUAN_PCH=OFF).
option(TONGGUAN_PCH "Compile widely used headers once" ON)

set(headers_ <algorithm> <functional> <map> <memory> <optional> <string>
             <utility> <vector> <absl/status/statusor.h>
             <absl/strings/str_cat.h> <absl/time/time.h>)
set(headers_test ${headers_} <gmock/gmock.h> <gtest/gtest.h>)
set(headers_proto ${headers_} <absl/container/flat_hash_map.h>
                  <proto/tongguan/v1/export_gateway_service.pb.h>)
set(headers_proto_test ${headers_proto} <gmock/gmock.h> <gtest/gtest.h>)
set(headers_grpc ${headers_proto} <grpcpp/grpcpp.h>
                 <proto/tongguan/v1/decision_log_service.grpc.pb.h>
                 <proto/tongguan/v1/export_gateway_service.grpc.pb.h>
                 <proto/tongguan/v1/policy_service.grpc.pb.h>)
set(headers_grpc_test ${headers_grpc} <gmock/gmock.h> <gtest/gtest.h>)
set(libraries_ absl::statusor absl::strings absl::time)
set(libraries_test ${libraries_} GTest::gmock)
set(libraries_proto ${libraries_} absl::flat_hash_map tongguan_proto)
set(libraries_proto_test ${libraries_proto} GTest::gmock)
set(libraries_grpc ${libraries_proto} tongguan_grpc)
set(libraries_grpc_test ${libraries_grpc} GTest::gmock)

function(tongguan_precompiled target)
  list(JOIN ARGN _ kind)
  if(NOT TONGGUAN_PCH OR NOT kind)
    return()
  endif()
  set(from tongguan_headers_${kind})
  if(NOT TARGET ${from})
    set(empty ${CMAKE_BINARY_DIR}/${from}.cc)
    file(CONFIGURE OUTPUT ${empty} CONTENT "")
    add_library(${from} OBJECT ${empty})
    target_compile_options(${from} PRIVATE ${TONGGUAN_WARNINGS})
    if(kind MATCHES "test$")
      target_compile_options(${from} PRIVATE $<$<CONFIG:Release>:-O1>)
    endif()
    set_target_properties(
      ${from} PROPERTIES CXX_COMPILER_LAUNCHER
      "${PROJECT_SOURCE_DIR}/cmake/precompile.sh;${CMAKE_CXX_COMPILER_LAUNCHER}")
    target_link_libraries(${from} PRIVATE ${libraries_${kind}})
    target_precompile_headers(${from} PRIVATE ${headers_${kind}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${from})
endfunction()
