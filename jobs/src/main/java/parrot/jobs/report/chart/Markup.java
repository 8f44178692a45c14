package parrot.jobs.report.chart;

import java.util.Locale;

/** Writes HTML and SVG; text from outside is escaped. */
public final class Markup {
  private final StringBuilder out = new StringBuilder();

  /** Adds markup, unescaped. */
  public Markup raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Adds markup from a format; neither it nor its arguments are escaped. */
  public Markup raw(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments));
    return this;
  }

  /** Adds text, escaped. */
  public Markup text(String text) {
    out.append(escape(text));
    return this;
  }

  /** Adds an element that holds only text. */
  public Markup element(String tag, String attributes, String text) {
    out.append('<').append(tag);
    if (!attributes.isEmpty()) {
      out.append(' ').append(attributes);
    }
    out.append('>').append(escape(text)).append("</").append(tag).append('>');
    return this;
  }

  /** Adds an element that holds only text and has no attributes. */
  public Markup element(String tag, String text) {
    return element(tag, "", text);
  }

  /** A number for a coordinate: one decimal, a point. */
  public static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  public static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> {
          // Control characters are not allowed in a document, but may come in a model's answer.
          boolean control = c < ' ' && c != '\n' && c != '\t' && c != '\r';
          escaped.append(control ? '\uFFFD' : c);
        }
      }
    }
    return escaped.toString();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
