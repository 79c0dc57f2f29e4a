// For the tests of what a whole file is taken for, and of who is in it.
#ifndef TONGGUAN_GATEWAY_INSPECT_INSPECT_TESTING_H_
#define TONGGUAN_GATEWAY_INSPECT_INSPECT_TESTING_H_

#include <memory>
#include <string>

#include "gateway/inspect/inspect.h"
#include "gateway/inspect/testing.h"
#include "gtest/gtest.h"

namespace tongguan::inspect {

// Numbers of a person and of a card that do not exist.
inline constexpr const char* kId = "11010519491231002X";
inline constexpr const char* kCard = "6222021234567890128";

class InspectingTest : public testing::Test {
 protected:
  InspectingTest() { options_.key = std::string(32, 'k'); }

  // Inspects the text; null, with the message in error_, if it is refused.
  std::unique_ptr<Result> Inspect(const std::string& text,
                                  const std::string& name = "t.csv") {
    options_.path = folder_.Write(name, text);
    auto result = InspectFile(options_, ShippedTaxonomy());
    error_ = result.ok() ? "" : SaidInBoth(result.status());
    return result.ok() ? *std::move(result) : nullptr;
  }
  v1::Inspection Of(const std::string& text,
                    const std::string& name = "t.csv") {
    const auto result = Inspect(text, name);
    EXPECT_NE(result, nullptr) << error_;
    return result == nullptr ? v1::Inspection() : result->inspection;
  }
  std::string ErrorOf(const std::string& text,
                      const std::string& name = "t.csv") {
    EXPECT_EQ(Inspect(text, name), nullptr);
    return error_;
  }
  void Declare(const std::string& column, v1::Fact personal,
               const std::string& category = "") {
    v1::Declaration* one = options_.declarations.add_declarations();
    one->set_column(column);
    one->set_personal(personal);
    one->set_category(category);
    one->set_reason("looked-at");
  }

  TestFolder folder_;
  Options options_;
  std::string error_;
};

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_INSPECT_TESTING_H_
