package parrot.datasets.matching;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of an answer that a model means as its answer: what follows thinking, or is marked. */
public final class FinalPart {
  private static final String THINKING =
      "(?:think|thinking|thought|thoughts|reason|reasoning|analysis|scratchpad)";
  private static final Pattern THINKING_ENDS =
      Pattern.compile("</" + THINKING + ">|◁/think▷", Pattern.CASE_INSENSITIVE);
  private static final Pattern THINKING_BEGINS =
      Pattern.compile("<" + THINKING + ">|◁think▷", Pattern.CASE_INSENSITIVE);
  private static final Pattern MARKED =
      Pattern.compile(
          "<((?:final_?)?answer)>(.*?)(?:</\\1>|$)|<\\|begin_of_box\\|>(.*?)(?:<\\|end_of_box\\|>|$)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern TAG = Pattern.compile("</?(?![A-Z]>)[a-zA-Z|][^<>\n]{0,30}>");
  private static final String BOX = "\\boxed{";

  private FinalPart() {}

  /** Empty if the answer ends before its final part begins. */
  public static Optional<String> of(String answer) {
    String text = answer;
    if (text.indexOf('<') >= 0 || text.indexOf('◁') >= 0) {
      int end = endOfLast(THINKING_ENDS, text);
      String said = text.substring(end);
      Matcher begins = THINKING_BEGINS.matcher(said);
      boolean thinks = begins.find();
      if (thinks) {
        said = said.substring(0, begins.start());
      }
      if ((thinks || end > 0) && said.isBlank()) {
        return Optional.empty();
      }
      text = TAG.matcher(marked(said)).replaceAll(" ");
    }
    return Optional.of(boxed(text));
  }

  private static int endOfLast(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    int end = 0;
    while (matcher.find()) {
      end = matcher.end();
    }
    return end;
  }

  private static String marked(String text) {
    Matcher matcher = MARKED.matcher(text);
    String last = text;
    while (matcher.find()) {
      String content = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
      last = content.isBlank() ? last : content;
    }
    return last;
  }

  /** The content of the last LaTeX box, to its closing brace; the text itself if there is none. */
  private static String boxed(String text) {
    int begin = text.lastIndexOf(BOX);
    if (begin < 0) {
      return text;
    }
    begin += BOX.length();
    int depth = 1;
    int end = begin;
    while (end < text.length() && depth > 0) {
      char c = text.charAt(end++);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    }
    return text.substring(begin, depth == 0 ? end - 1 : end);
  }
}
