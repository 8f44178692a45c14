package parrot.datasets.language;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What people call languages in data: tags of BCP 47, ISO 639 codes, POSIX locales, and names. */
final class LanguageNames {
  /** ISO 639-1 tags by what else is written for them. */
  private static final Map<String, String> CODES = codes();

  /** ISO 639-1 tags by name, in lower case; no name that several languages share. */
  private static final Map<String, String> NAMES = names();

  private LanguageNames() {}

  /** The tag of {@link Language} for what someone wrote. */
  static Optional<String> find(String text) {
    String written = UnicodeText.strip(text);
    return tag(written).or(() -> Optional.ofNullable(NAMES.get(plain(written))));
  }

  private static Optional<String> tag(String written) {
    String hyphens = written.replace('_', '-').replaceFirst("[.@].*", ""); // en_US.UTF-8
    String primary;
    try {
      primary = new Locale.Builder().setLanguageTag(hyphens).build().getLanguage();
    } catch (IllformedLocaleException e) {
      return Optional.empty();
    }
    String tag = CODES.getOrDefault(primary, primary);
    boolean known = tag.length() == 2 ? CODES.containsValue(tag) : tag.length() == 3;
    return known ? Optional.of(tag) : Optional.empty();
  }

  /** Without what says more than the language: "Chinese (Simplified)", "Brazilian Portuguese". */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT)
        .replaceFirst("\\s*[(（].*", "")
        .replaceFirst(
            "^(simplified|traditional|mandarin|brazilian|european|american|british)\\s+", "");
  }

  private static Map<String, String> codes() {
    Map<String, String> codes = new HashMap<>();
    for (String tag : Locale.getISOLanguages()) {
      String current = Locale.forLanguageTag(tag).getLanguage(); // iw is he
      codes.put(tag, current);
      codes.put(Locale.forLanguageTag(tag).getISO3Language(), current);
    }
    codes.put("cn", "zh"); // published benchmarks
    // ISO 639-2 has two codes for some languages.
    String bibliographic =
        "alb sq arm hy baq eu bur my chi zh cze cs dut nl fre fr geo ka ger de gre el ice is"
            + " mac mk mao mi may ms per fa rum ro slo sk tib bo wel cy";
    // ISO 639-3: what one usually means by a language that has several members.
    String individual =
        "cmn zh arb ar pes fa ekk et lvs lv zsm ms npi ne nob nb nno nn plt mg swh sw azj az uzn"
            + " uz khk mn als sq ory or ydd yi";
    String[] pairs = (bibliographic + " " + individual).split(" ");
    for (int i = 0; i < pairs.length; i += 2) {
      codes.put(pairs[i], pairs[i + 1]);
    }
    return Map.copyOf(codes);
  }

  private static Map<String, String> names() {
    Map<String, String> names = new HashMap<>();
    Set<String> shared = new HashSet<>();
    Set<String> tags = new HashSet<>(CODES.values());
    for (Locale locale : Locale.getAvailableLocales()) {
      if (locale.getLanguage().length() == 3) {
        tags.add(locale.getLanguage());
      }
    }
    for (String tag : tags) {
      Locale locale = Locale.forLanguageTag(tag);
      for (String name :
          List.of(locale.getDisplayLanguage(Locale.ENGLISH), locale.getDisplayLanguage(locale))) {
        String other = names.put(name.toLowerCase(Locale.ROOT), tag);
        if (other != null && !other.equals(tag)) {
          shared.add(name.toLowerCase(Locale.ROOT));
        }
      }
    }
    names.keySet().removeAll(shared);
    names.put("mandarin", "zh");
    return Map.copyOf(names);
  }
}
