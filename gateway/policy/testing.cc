#include "gateway/policy/testing.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tongguan::policy {
namespace {

constexpr char kArticle[] = "Test";

void SetNumber(int64_t value, v1::SourcedNumber* number) {
  number->set_value(value);
  number->set_article(kArticle);
}

void SetSwitch(bool on, v1::SourcedSwitch* value) {
  value->set_on(on);
  value->set_article(kArticle);
}

void AddOrder(v1::Regime* regime) {
  // The numbers of the decision table; the rules stand in the enum's order.
  const char* const numbers[] = {
      "0",  "1", "2",  "3",   "4",  "5",  "6",  "7",  "8",  "8",  "8",
      "8b", "9", "10", "10b", "11", "12", "12", "13", "14", "15", "16"};
  int rule = v1::RULE_NOT_EXPORT;
  for (const char* number : numbers) {
    v1::OrderedRule* ordered = regime->add_order();
    ordered->set_rule(static_cast<v1::Rule>(rule++));
    ordered->set_number(number);
    ordered->set_article(kArticle);
  }
}

void AddNames(v1::Regime* regime) {
  for (const char* id :
       {"cross_border_shopping", "cross_border_delivery",
        "cross_border_remittance", "cross_border_payment",
        "cross_border_account_opening", "flight_booking",
        "flight_hotel_booking", "visa", "exam_service", "overseas_tutoring"}) {
    v1::ContractActivity* activity = regime->add_contract_activities();
    activity->set_id(id);
    activity->set_name_zh(id);
    activity->set_name_en(id);
    activity->set_article(kArticle);
  }
  for (const char* id : {"CCRC", "CAC-DTSC", "CESI"}) {
    v1::CertificationBody* body = regime->add_certification_bodies();
    body->set_id(id);
    body->set_name_zh(id);
    body->set_article(kArticle);
  }
  for (const char* city :
       {"GZ", "SZ", "ZH", "FS", "HZ", "DG", "ZS", "JM", "ZQ"}) {
    regime->add_gba_cities(absl::StrCat("CN-GD-", city));
  }
}

v1::Category* AddCategory(const char* id, v1::DataClass data_class,
                          const char* kind, v1::Taxonomy* taxonomy) {
  v1::Category* category = taxonomy->add_categories();
  category->set_id(id);
  category->set_name_zh(id);
  category->set_name_en(id);
  category->set_data_class(data_class);
  category->set_sensitive_kind(kind);
  category->set_source(kArticle);
  return category;
}

v1::Enterprise* AddEnterprise(const char* uscc, const char* region,
                              v1::Fact gba, v1::RegistryShard* shard) {
  v1::Enterprise* enterprise = shard->add_enterprises();
  enterprise->set_uscc(uscc);
  enterprise->set_name("Test");
  enterprise->set_region(region);
  enterprise->set_ciio(v1::FACT_NO);
  enterprise->set_gba_registered(gba);
  enterprise->set_foreign_invested(v1::FACT_YES);
  enterprise->set_demonstration(true);
  return enterprise;
}

}  // namespace

v1::Regime TestRegime() {
  v1::Regime regime;
  regime.set_edition("test");
  regime.set_since("2026-01-01");
  AddOrder(&regime);
  SetNumber(100'000, regime.mutable_small_volume_persons());
  SetNumber(1'000'000, regime.mutable_assessment_persons());
  SetNumber(10'000, regime.mutable_assessment_sensitive());
  SetNumber(100'000, regime.mutable_automotive_important_persons());
  regime.set_automotive_sector("automotive");
  SetNumber(10, regime.mutable_contract_filing_working_days());
  SetNumber(3, regime.mutable_assessment_years());
  SetNumber(3, regime.mutable_certificate_years());
  SetNumber(3, regime.mutable_extension_years());
  SetNumber(60, regime.mutable_extension_working_days());
  SetNumber(6, regime.mutable_certificate_renewal_months());
  SetNumber(3, regime.mutable_record_years());
  SetSwitch(true, regime.mutable_hr_needs_collective_contract());
  SetSwitch(false, regime.mutable_hold_self_identified());
  SetSwitch(true, regime.mutable_gba_at_any_volume());
  SetSwitch(false, regime.mutable_take_all_declared_as_new());
  SetSwitch(true, regime.mutable_exceeds_includes_number());
  SetNumber(1, regime.mutable_legal_duty_counts());
  AddNames(&regime);
  return regime;
}

v1::Taxonomy TestTaxonomy() {
  v1::Taxonomy taxonomy;
  for (const char* id :
       {"biometric", "medical", "financial_account", "minor_under_14"}) {
    v1::SensitiveKind* kind = taxonomy.add_sensitive_kinds();
    kind->set_id(id);
    kind->set_name_zh(id);
    kind->set_name_en(id);
    kind->set_source(kArticle);
  }
  AddCategory("order_amount", v1::DATA_CLASS_GENERAL, "", &taxonomy);
  AddCategory("part_number", v1::DATA_CLASS_GENERAL, "", &taxonomy);
  AddCategory("name", v1::DATA_CLASS_PERSONAL, "", &taxonomy)
      ->add_names("full_name");
  v1::Category* phone =
      AddCategory("phone_number", v1::DATA_CLASS_PERSONAL, "", &taxonomy);
  phone->add_names("mobile");
  phone->add_patterns("phone");
  AddCategory("resident_id_number", v1::DATA_CLASS_PERSONAL, "", &taxonomy)
      ->add_names("身份证号");
  AddCategory("vehicle_track", v1::DATA_CLASS_PERSONAL, "", &taxonomy)
      ->add_sensitive_in_sectors("automotive");
  AddCategory("face_image", v1::DATA_CLASS_SENSITIVE, "biometric", &taxonomy)
      ->add_patterns("face");
  AddCategory("medical_record", v1::DATA_CLASS_SENSITIVE, "medical", &taxonomy)
      ->add_names("diagnosis");
  AddCategory("bank_account", v1::DATA_CLASS_SENSITIVE, "financial_account",
              &taxonomy)
      ->add_names("iban");
  AddCategory("minor_information", v1::DATA_CLASS_SENSITIVE, "minor_under_14",
              &taxonomy)
      ->add_names("pupil");
  return taxonomy;
}

Source TestSource() {
  Source source;
  source.regime = TestRegime();
  source.calendar.set_loaded_from("2020-01-01");
  source.calendar.set_loaded_to("2030-12-31");
  source.calendar.set_source(kArticle);
  source.taxonomy = TestTaxonomy();
  v1::RegistryShard& shard = source.registry.emplace_back();
  AddEnterprise(kShanghaiExporter, "CN-SH", v1::FACT_NO, &shard)
      ->add_zones("CN-SH-FTZ");
  AddEnterprise(kShenzhenExporter, "CN-GD-SZ", v1::FACT_YES, &shard);
  return source;
}

v1::Filing TestFiling(const std::string& id, v1::FilingKind kind) {
  constexpr char kDay[] = "2026-01-05";
  v1::Filing filing;
  filing.set_id(id);
  filing.set_exporter(kShanghaiExporter);
  filing.set_kind(kind);
  filing.set_status(v1::FILING_STATUS_VALID);
  if (kind == v1::FILING_KIND_CERTIFICATE) {
    filing.set_issued(kDay);
    filing.set_body("CCRC");
  } else if (kind == v1::FILING_KIND_SECURITY_ASSESSMENT) {
    filing.set_issued(kDay);
    filing.set_approved_people(2'000'000);
  } else {
    filing.set_effective(kDay);
    filing.set_filed(kDay);
  }
  v1::FilingScope* scope = filing.mutable_scope();
  if (kind != v1::FILING_KIND_CERTIFICATE) scope->add_recipients("ACME-SG");
  scope->add_purposes("internal_reporting");
  scope->add_scenarios("");
  const v1::Taxonomy taxonomy = TestTaxonomy();
  for (const v1::Category& category : taxonomy.categories()) {
    if (category.data_class() != v1::DATA_CLASS_GENERAL) {
      scope->add_categories(category.id());
    }
  }
  filing.set_demonstration(true);
  return filing;
}

List TestList(v1::ListKind kind) {
  List list;
  list.head.set_id(kind == v1::LIST_KIND_GENERAL    ? "test-general"
                   : kind == v1::LIST_KIND_NEGATIVE ? "test-negative"
                                                    : "test-important");
  list.head.set_edition("1");
  list.head.set_kind(kind);
  list.head.set_name_zh("测试");
  list.head.set_name_en("Test");
  list.head.set_issuer("Test");
  list.head.add_sources(kArticle);
  list.head.set_completeness(v1::COMPLETENESS_COMPLETE);
  list.head.set_demonstration(true);
  list.head.set_effective("2026-01-01");
  list.head.add_areas("CN-SH");
  list.head.set_filing_rule(v1::LIST_FILING_RULE_NONE);
  return list;
}

v1::ListRow* AddRow(List* list, const std::string& id,
                    v1::RowMechanism mechanism) {
  v1::ListRow& row = list->rows.emplace_back();
  row.set_id(id);
  row.set_mechanism(mechanism);
  row.set_source("test");
  row.set_confidence("demo");
  return &row;
}

std::vector<Part> PutTogether(const Parts& parts) {
  std::vector<Part> all;
  parts
      .ForEach([&all](absl::string_view name, std::string* bytes) {
        all.push_back({std::string(name), std::move(*bytes)});
        return absl::OkStatus();
      })
      .IgnoreError();
  return all;
}

std::shared_ptr<const Snapshot> MustCompile(Source source) {
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
      Snapshot::Compile(std::move(source));
  if (!snapshot.ok()) {
    std::cerr << "test policy refused: " << snapshot.status() << "\n";
    std::abort();
  }
  return *std::move(snapshot);
}

}  // namespace tongguan::policy
