package parrot.jobs.sweep;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import parrot.jobs.report.PageFrame;
import parrot.jobs.report.Words;
import parrot.jobs.report.chart.Markup;
import parrot.jobs.sweep.SweepExamples.Answer;
import parrot.jobs.sweep.SweepExamples.Example;

/** Questions and answers on the page, with filters. */
final class ExampleBrowser {
  /** Images together, in base64; further ones are left out. */
  private static final long IMAGE_BYTES = 2_400_000;

  /** Questions and answers together; further ones are left out. */
  private static final long TEXT_BYTES = 1_900_000;

  private static final int LONGEST_QUESTION = 1500;
  private static final int LONGEST_ANSWER = 400;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> models;
  private final List<Example> examples;
  private final Map<String, byte[]> images;

  /**
   * @param models names of the columns
   * @param images files by hash
   */
  ExampleBrowser(List<String> models, List<Example> examples, Map<String, byte[]> images) {
    this.models = models;
    this.examples = examples;
    this.images = images;
  }

  void write(Markup html) {
    html.raw("<section id=\"examples\">").element("h2", "Questions and answers");
    html.element(
        "p",
        "class=\"note\"",
        "Chosen by their place in the benchmarks, not by their answers. A question that is asked "
            + "with all rotations of its options is shown in its first order.");
    html.raw("<form class=\"filters\" id=\"filters\">");
    select(html, "model", "Model", models, number -> number);
    select(html, "benchmark", "Benchmark", all(e -> e.name().benchmark()), name -> name);
    select(html, "language", "Language", all(e -> e.name().language().tag()), Words::language);
    select(html, "category", "Category", categories(), name -> name);
    html.raw("<label>Answer<select name=\"outcome\"><option value=\"\">any</option>");
    html.raw(
        "<option value=\"right\">right</option><option value=\"not-right\">not right</option>");
    html.raw("<option value=\"wrong\">another option</option>");
    html.raw("<option value=\"unparsable\">names no option</option>");
    html.raw("<option value=\"refused\">refused</option>");
    html.raw("<option value=\"missing\">missing</option></select></label>");
    if (models.size() > 1) {
      html.raw(
          "<label>Disagrees with<select name=\"other\"><option value=\"\">(show all)</option>");
      options(html, models);
      html.raw("</select></label>");
    }
    html.raw("</form><p class=\"note\" id=\"count\" aria-live=\"polite\"></p>");
    html.raw(
        "<div id=\"shown\"></div><button type=\"button\" id=\"more\" hidden>Show more</button>");
    html.raw("<noscript><p class=\"note bad\">The filters need JavaScript.</p></noscript>");
    html.raw("<script type=\"application/json\" id=\"answers\">").raw(json()).raw("</script>\n");
    html.raw("<script>\n").raw(PageFrame.resource(ExampleBrowser.class, "examples.js"));
    html.raw("</script></section>");
  }

  private static void select(
      Markup html, String name, String label, List<String> values, Function<String, String> word) {
    html.raw("<label>").text(label).raw("<select name=\"%s\">".formatted(name));
    if (name.equals("model")) {
      options(html, values);
    } else {
      html.raw("<option value=\"\">all</option>");
      for (String value : values) {
        html.element("option", "value=\"%s\"".formatted(Markup.escape(value)), word.apply(value));
      }
    }
    html.raw("</select></label>");
  }

  private static void options(Markup html, List<String> models) {
    for (int i = 0; i < models.size(); i++) {
      html.element("option", "value=\"%d\"".formatted(i), models.get(i));
    }
  }

  private List<String> all(Function<Example, String> value) {
    Set<String> values = new LinkedHashSet<>();
    examples.forEach(example -> values.add(value.apply(example)));
    return List.copyOf(values);
  }

  private List<String> categories() {
    Set<String> categories = new TreeSet<>(all(example -> example.item().category()));
    categories.remove("");
    return List.copyOf(categories);
  }

  /** Written so that nothing in it ends the element that it stands in. */
  private String json() {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode names = root.putArray("models");
    models.forEach(names::add);
    ObjectNode languages = root.putObject("languages");
    for (String tag : all(example -> example.name().language().tag())) {
      languages.putObject(tag).put("name", Words.ownName(tag)).put("dir", Words.direction(tag));
    }
    ObjectNode shown = root.putObject("images");
    ArrayNode questions = root.putArray("questions");
    long imageBytes = 0;
    long textBytes = 0;
    for (Example example : examples) {
      ObjectNode question = question(example);
      textBytes += question.toString().length();
      if (textBytes > TEXT_BYTES) {
        break;
      }
      String hash = example.item().imageHash();
      if (images.containsKey(hash) && !shown.has(hash)) {
        Optional<String> thumbnail = Thumbnail.of(images.get(hash));
        if (thumbnail.isPresent() && imageBytes + thumbnail.get().length() <= IMAGE_BYTES) {
          imageBytes += thumbnail.get().length();
          shown.put(hash, thumbnail.get());
        }
      }
      questions.add(question);
    }
    return root.toString().replace("<", "\\u003c");
  }

  private static ObjectNode question(Example example) {
    ObjectNode question = JSON.createObjectNode();
    question.put("benchmark", example.name().benchmark());
    question.put("language", example.name().language().tag());
    question.put("category", example.item().category());
    question.put("index", example.item().index());
    question.put("text", shortened(example.item().question(), LONGEST_QUESTION));
    question.put("image", example.item().imageHash());
    question.put("key", example.item().answer().map(String::valueOf).orElse(""));
    question.put(
        "expected",
        example.item().open().isEmpty()
            ? ""
            : shortened(example.item().answerText().orElse(""), LONGEST_ANSWER));
    ObjectNode options = question.putObject("options");
    example
        .item()
        .options()
        .forEach((letter, text) -> options.put(letter.toString(), shortened(text, LONGEST_ANSWER)));
    ObjectNode answers = question.putObject("answers");
    example.answers().forEach((column, answer) -> answers.set(column.toString(), answer(answer)));
    return question;
  }

  private static ArrayNode answer(Answer answer) {
    return JSON.createArrayNode()
        .add(shortened(answer.text(), LONGEST_ANSWER))
        .add(answer.outcome().name().toLowerCase(Locale.ROOT))
        .add(answer.option().map(String::valueOf).orElse(""));
  }

  private static String shortened(String text, int longest) {
    return text.length() <= longest
        ? text
        : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, longest - 1))) + "…";
  }
}
