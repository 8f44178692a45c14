package parrot.datasets.source;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in a tar archive. As WebDataset has it, its key is its path up to the first dot of its
 * name, and the rest says what it is.
 *
 * @param size in bytes
 * @param content its first bytes, or all of them
 */
record TarMember(String name, long size, boolean link, byte[] content) {
  private static final Pattern PARTS = Pattern.compile("((?:.*/)?[^./]+)\\.?([^/]*)");
  private static final Pattern IMAGE =
      Pattern.compile("(.*\\.)?(jpe?g|jpe|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf])");
  private static final Pattern TEXT = Pattern.compile("txt|text|caption");

  TarMember {
    name = name.startsWith("./") ? name.substring(2) : name;
  }

  /** Whether it is a folder, a note of a program about other files, or WebDataset's own. */
  boolean isHidden() {
    String file = name.substring(name.lastIndexOf('/') + 1);
    return file.isEmpty()
        || file.startsWith(".")
        || name.startsWith("__MACOSX/")
        || name.startsWith("__") && name.endsWith("__");
  }

  String key() {
    return part(1);
  }

  /** What follows the key, in lower case. */
  String kind() {
    return part(2).toLowerCase(Locale.ROOT);
  }

  private String part(int group) {
    Matcher parts = PARTS.matcher(name);
    return parts.matches() ? parts.group(group) : group == 1 ? name : "";
  }

  boolean isJson() {
    return kind().equals("json");
  }

  boolean isText() {
    return TEXT.matcher(kind()).matches();
  }

  boolean isImage() {
    return IMAGE.matcher(kind()).matches();
  }

  /** Whether all of it is there. */
  boolean isWhole() {
    return !link && content.length == size;
  }

  TarMember withoutContent() {
    return new TarMember(name, size, link, new byte[0]);
  }
}
