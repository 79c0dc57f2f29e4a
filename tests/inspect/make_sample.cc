// Writes a CSV of people who do not exist: names, identity numbers with their
// check character, telephones, cities, amounts. The same seed and rows give the
// same bytes, on every machine.
//
// usage: make_sample ROWS [SEED] [PLANT_ROW] > FILE
//   PLANT_ROW  in this row, as spreadsheets count, a telephone number stands in
//              the remark (0: in none); all other remarks are harmless
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace {

using Random = std::mt19937_64;

// std's distributions differ between libraries; the bias is no matter here.
uint64_t Below(Random& random, uint64_t bound) { return random() % bound; }

template <size_t N>
const char* OneOf(Random& random, const std::array<const char*, N>& all) {
  return all[Below(random, N)];
}

constexpr std::array<const char*, 12> kSurnames = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "欧阳", "上官"};
constexpr std::array<const char*, 12> kGiven = {
    "伟", "芳", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳"};
constexpr std::array<const char*, 8> kCities = {
    "上海", "北京", "广州", "深圳", "成都", "重庆", "杭州", "呼和浩特"};
constexpr std::array<const char*, 8> kAreas = {"310101", "110105", "440106",
                                               "440305", "510104", "500103",
                                               "330106", "150102"};
constexpr std::array<const char*, 4> kRemarks = {
    "", "年度复核已完成", "\"合同续签, 资料齐全\"", "customer since 2019"};

// GB 11643-1999.
std::string ResidentId(Random& random) {
  std::string id = absl::StrFormat(
      "%s%04d%02d%02d%03d", OneOf(random, kAreas), 1950 + Below(random, 55),
      1 + Below(random, 12), 1 + Below(random, 28), Below(random, 1000));
  constexpr int kWeights[] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                              3, 7, 9,  10, 5, 8, 4, 2};
  int sum = 0;
  for (int i = 0; i < 17; ++i) sum += kWeights[i] * (id[i] - '0');
  id.push_back("10X98765432"[sum % 11]);
  return id;
}

std::string Row(Random& random, uint64_t row, bool planted) {
  const std::string remark =
      planted ? "家属电话13912345678" : OneOf(random, kRemarks);
  return absl::StrFormat(
      "E%08d,%s%s,%s,1%d%09d,%s,%d.%02d,20%02d-%02d-%02d,%s路%d号,%s\n", row,
      OneOf(random, kSurnames), OneOf(random, kGiven), ResidentId(random),
      3 + Below(random, 7), Below(random, 1'000'000'000),
      OneOf(random, kCities), 1000 + Below(random, 99000), Below(random, 100),
      10 + Below(random, 15), 1 + Below(random, 12), 1 + Below(random, 28),
      OneOf(random, kCities), 1 + Below(random, 2000), remark);
}

uint64_t Number(int argc, char** argv, int at, uint64_t otherwise) {
  return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: make_sample ROWS [SEED] [PLANT_ROW] > FILE\n", stderr);
    return 2;
  }
  const uint64_t rows = Number(argc, argv, 1, 0);
  Random random(Number(argc, argv, 2, 1));
  const uint64_t plant = Number(argc, argv, 3, 0);
  std::string out =
      "工号,姓名,身份证号,手机号,城市,金额,入职日期,家庭住址,备注\n";
  for (uint64_t i = 0; i < rows; ++i) {
    absl::StrAppend(&out, Row(random, i, i + 2 == plant));
    if (out.size() < (1u << 20) && i + 1 < rows) continue;
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return 1;
    out.clear();
  }
  return std::fclose(stdout) == 0 ? 0 : 1;
}
