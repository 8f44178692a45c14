package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns of predictions: index, question, A to D (or further), answer, category, l2-category,
 * split, prediction; and, if a question has one, g_index and problem; and the kind of answers if
 * there are no options.
 */
record PredictionColumns(List<String> names) {
  static PredictionColumns of(List<Prediction> predictions) {
    List<BenchmarkItem> items = predictions.stream().map(Prediction::item).toList();
    List<String> letters = ItemColumns.letters(items);
    List<String> names = new ArrayList<>(List.of("index", "question"));
    names.addAll(letters);
    names.addAll(List.of("answer", "category", "l2-category", "split", "prediction"));
    if (items.stream().anyMatch(item -> !item.group().isEmpty())) {
      names.add(ItemColumns.GROUP);
    }
    if (items.stream().anyMatch(item -> item.problem().isPresent())) {
      names.add(ItemColumns.PROBLEM);
    }
    if (letters.isEmpty()) {
      names.add(ItemColumns.KIND);
    }
    return new PredictionColumns(List.copyOf(names));
  }

  /** The cells of a prediction; null where nothing stands. */
  List<String> cells(Prediction prediction) {
    List<String> cells = new ArrayList<>();
    names.forEach(name -> cells.add(cell(name, prediction)));
    return cells;
  }

  private static String cell(String name, Prediction prediction) {
    BenchmarkItem item = prediction.item();
    return switch (name) {
      case "index" -> Long.toString(item.index());
      case "question" -> text(item.question());
      case "answer" -> item.answerText().orElse(null);
      case "category" -> text(item.category());
      case "l2-category" -> text(item.l2Category());
      case "split" -> text(item.split());
      case "prediction" -> prediction.text().orElse(null);
      case ItemColumns.GROUP -> text(item.group());
      case ItemColumns.PROBLEM -> item.problem().orElse(null);
      case ItemColumns.KIND -> item.open().map(asked -> asked.kind().label()).orElse(null);
      default -> item.options().get(name.charAt(0));
    };
  }

  private static String text(String text) {
    return text.isEmpty() ? null : text;
  }
}
