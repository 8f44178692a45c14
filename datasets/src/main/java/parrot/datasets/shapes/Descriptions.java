package parrot.datasets.shapes;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import parrot.datasets.language.Language;

/**
 * Scenes in words, to stand where an image would. Mostly English, because a visual side that
 * learned from English captions speaks that; in several styles, so that a reader learns facts and
 * no form.
 */
final class Descriptions {
  /** The share of English where the question is in another language. */
  private static final double ENGLISH = 0.75;

  /** Caption in reading order, caption in any order, terse list in either order, English grid. */
  private static final double[] STYLES = {0.35, 0.2, 0.25, 0.2};

  private Descriptions() {}

  static String of(Scene scene, Language questionLanguage, SplittableRandom random) {
    Language language = random.nextDouble() < ENGLISH ? Language.EN : questionLanguage;
    Wording wording = Wording.of(language);
    int style = Seeds.weighted(STYLES, random);
    if (style == 3) {
      if (language.equals(Language.EN)) {
        return English.INSTANCE.grid(scene);
      }
      style = 0;
    }
    List<SceneObject> objects = new ArrayList<>(scene.objects());
    if (style == 1 || (style == 2 && random.nextBoolean())) {
      Seeds.shuffle(objects, random);
    }
    return style == 2 ? wording.terse(objects) : wording.caption(objects);
  }
}
