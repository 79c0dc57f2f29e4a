// Files for the tests of this module, in a folder that goes with the test.
#ifndef TONGGUAN_GATEWAY_INSPECT_TESTING_H_
#define TONGGUAN_GATEWAY_INSPECT_TESTING_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "gateway/policy/snapshot.h"

namespace tongguan::inspect {

class TestFolder {
 public:
  TestFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "inspect-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // Writes a file and returns its path.
  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The taxonomy that is shipped; tests run in the source folder.
inline const policy::Taxonomy& ShippedTaxonomy() {
  static const auto* const taxonomy = [] {
    auto source = policy::ReadPolicyDir("policy");
    if (!source.ok()) std::abort();
    auto compiled = policy::Taxonomy::Compile(std::move(source->taxonomy));
    if (!compiled.ok()) std::abort();
    return compiled->release();
  }();
  return *taxonomy;
}

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_TESTING_H_
