#include "gateway/cli/archive_page.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/text/text.h"

namespace tongguan::cli {
namespace {

using text::Language;

constexpr char kHead[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>通关 · Tongguan</title>\n"
    "<style>\n"
    "body{font:16px/1.7 sans-serif;max-width:46em;margin:2em auto;"
    "padding:0 1em}\n"
    "td,th{text-align:left;vertical-align:top;padding:.2em 1em .2em 0;"
    "overflow-wrap:anywhere}\n"
    "th{white-space:nowrap}code{background:#eee}\n"
    "</style>\n</head>\n<body>\n";

std::string Html(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

class Part {
 public:
  Part(Language language, const archive::Manifest& manifest)
      : language_(language), manifest_(manifest) {}

  std::string Html() const {
    return absl::StrCat(
        "<section lang=\"", language_ == Language::kChinese ? "zh-CN" : "en",
        "\">\n<h1>", T("page.title"), "</h1>\n<p>", T("page.intro"), "</p>\n",
        Facts(),
        List("page.proves", {"page.proves_log", "page.proves_unchanged",
                             one() ? "page.proves_one" : "page.proves_all",
                             "page.proves_policy", "page.proves_keys"}),
        List("page.not", {one() ? "page.not_one" : "page.not_all",
                          "page.not_true", "page.not_lawful", "page.not_time",
                          "page.not_copy", "page.not_sums"}),
        List("page.check", {"page.check_verify", "page.check_key",
                            "page.check_explain", "page.check_spec"}),
        List("page.files",
             {"page.files_records", "page.files_proof", "page.files_checkpoint",
              "page.files_part", "page.files_manifest"}),
        "</section>\n");
  }

 private:
  bool one() const { return !manifest_.selection.exporter.empty(); }
  std::string T(const std::string& key) const {
    return cli::Html(text::Say(language_, key));
  }
  std::string Row(const std::string& label, const std::string& value) const {
    return absl::StrCat("<tr><th>", T(label), "</th><td>", cli::Html(value),
                        "</td></tr>\n");
  }
  std::string Facts() const {
    const archive::Selection& selection = manifest_.selection;
    const auto or_else = [this](const std::string& value, const char* key) {
      return value.empty() ? text::Say(language_, key) : value;
    };
    return absl::StrCat(
        "<table>\n", Row("page.log", manifest_.head.origin),
        Row("page.since", or_else(selection.since, "page.from_start")),
        Row("page.until", or_else(selection.until, "page.to_head")),
        Row("log.exporter", or_else(selection.exporter, "page.everyone")),
        Row("page.records", text::FormatCount(manifest_.records)),
        Row("page.head",
            text::Say(
                language_, "page.head_value",
                {{"0", text::FormatCount(manifest_.head.size)},
                 {"1", absl::Base64Escape(DigestBytes(manifest_.head.root))}})),
        "</table>\n");
  }
  std::string List(const std::string& title,
                   const std::vector<std::string>& keys) const {
    std::string html = absl::StrCat("<h2>", T(title), "</h2>\n<ul>\n");
    for (const std::string& key : keys) {
      absl::StrAppend(&html, "<li>", T(key), "</li>\n");
    }
    return html + "</ul>\n";
  }

  const Language language_;
  const archive::Manifest& manifest_;
};

}  // namespace

std::string ArchivePage(const archive::Manifest& manifest) {
  return absl::StrCat(kHead, Part(Language::kChinese, manifest).Html(),
                      "<hr>\n", Part(Language::kEnglish, manifest).Html(),
                      "</body>\n</html>\n");
}

}  // namespace tongguan::cli
