package parrot.jobs.report;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import parrot.jobs.report.ReportData.Answered;
import parrot.jobs.report.ReportData.Asked;
import parrot.jobs.report.ReportData.Example;
import parrot.jobs.report.chart.Markup;

/** Images with questions and answers; each text in its language and direction. */
final class ExampleSection {
  private ExampleSection() {}

  static void writeExamples(Markup html, List<Example> examples) {
    html.raw("<section id=\"examples\">").element("h2", "Questions and answers");
    html.element(
        "p",
        "class=\"note\"",
        "The same questions in every language, from the benchmark, with what the model said. They "
            + "were chosen by their place in the file, not by their answers.");
    for (Example example : examples) {
      long right = example.answers().stream().filter(Answered::right).count();
      html.raw("<article class=\"example\"><div>");
      image(html, example.mediaType(), example.image(), example.name());
      html.element(
          "div",
          "class=\"tally\"",
          example.name()
              + String.format(
                  Locale.ROOT, ": right in %d of %d languages", right, example.answers().size()));
      html.raw("</div><div class=\"answers\">");
      example.answers().forEach(answer -> write(html, answer));
      html.raw("</div></article>");
    }
    html.raw("</section>");
  }

  private static void write(Markup html, Answered answer) {
    html.raw("<div class=\"answer\"><div class=\"who\">");
    html.element(
        "span",
        "lang=\"%s\"".formatted(Markup.escape(answer.language())),
        Words.ownName(answer.language()));
    html.element(
        "span",
        answer.right() ? "class=\"verdict right\"" : "class=\"verdict wrong\"",
        answer.right() ? "✓ right" : "✗ wrong");
    html.raw("</div><div %s>", Words.attributes(answer.language()));
    html.element("div", "class=\"question\"", answer.question()).raw("<ul>");
    for (Map.Entry<String, String> option : answer.options().entrySet()) {
      boolean key = option.getKey().equals(answer.answer());
      boolean taken = option.getKey().equals(answer.matched());
      html.raw(key ? "<li class=\"key\">" : taken ? "<li class=\"taken\">" : "<li>");
      if (taken) {
        html.element("span", "class=\"mark\"", key ? "✓" : "✗");
      }
      html.element("bdi", option.getKey() + ".").raw(" ");
      html.element("bdi", option.getValue()).raw("</li>");
    }
    html.raw("</ul></div>");
    // The frame of this sentence is English, whatever the answer is in.
    html.raw("<div class=\"said\">");
    if (answer.prediction().isBlank()) {
      html.text("said nothing");
    } else {
      html.text("said: ");
      html.element("bdi", Words.attributes(answer.language()), answer.prediction());
      if (answer.matched().isEmpty()) {
        html.text(", which names no option");
      }
    }
    html.raw("</div></div>");
  }

  static void writeAsked(Markup html, List<Asked> asked) {
    html.raw("<section id=\"asked\">").element("h2", "Asked freely");
    html.element(
        "p", "class=\"note\"", "Questions without options, answered in the model's own words.");
    html.raw("<div class=\"asked\">");
    for (Asked one : asked) {
      html.raw("<article><div>");
      image(html, one.mediaType(), one.image(), "the image that was asked about");
      html.raw("</div><div %s>", Words.attributes(one.language()));
      html.element("p", "class=\"question\"", one.question());
      html.element("p", "class=\"reply\"", one.answer().isBlank() ? "—" : one.answer());
      html.raw("</div></article>");
    }
    html.raw("</div></section>");
  }

  private static void image(Markup html, String mediaType, byte[] file, String description) {
    if (file.length > 0) {
      html.raw("<img alt=\"").text(description).raw("\" src=\"data:").text(mediaType);
      html.raw(";base64,").raw(Base64.getEncoder().encodeToString(file)).raw("\">");
    }
  }
}
