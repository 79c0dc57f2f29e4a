#include "gateway/cli/receipt_file.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace tongguan::cli {
namespace {

bool Write(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(out.flush());
}

}  // namespace

int CheckReceiptFile(Context& context, const std::string& path) {
  for (const std::string& name : {path, path + kRecordEnd}) {
    std::error_code error;
    if (std::filesystem::exists(name, error) || error) {
      return context.Fail("receipt.exists", {{"0", name}});
    }
  }
  return kSuccess;
}

int WriteReceipt(Context& context, const std::string& path,
                 const v1::Receipt& receipt) {
  if (!Write(path + kRecordEnd, receipt.record()) ||
      !Write(path, receipt.proof())) {
    return context.Fail("receipt.unwritten", {{"0", path}});
  }
  context.Note("receipt.written", {{"0", path}, {"1", path + kRecordEnd}});
  return kSuccess;
}

}  // namespace tongguan::cli
