package parrot.datasets.shapes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Draws scenes: one to four objects, each number as likely. */
final class SceneSampler {
  private SceneSampler() {}

  /** The scene of an index; always of the split. */
  static Scene scene(long seed, Split split, long index) {
    return scene(split, Seeds.random(seed, split, Seeds.Stream.SCENE, index));
  }

  /** The next scene of the split. */
  static Scene scene(Split split, SplittableRandom random) {
    // The number is drawn once: where signatures are few it must not depend on how they fall into
    // splits.
    int count = 1 + random.nextInt(Place.values().length);
    while (true) {
      Scene scene = draw(count, random);
      if (scene.split() == split) {
        return scene;
      }
    }
  }

  private static Scene draw(int count, SplittableRandom random) {
    List<Place> places = new ArrayList<>(List.of(Place.values()));
    Seeds.shuffle(places, random);
    List<SceneObject> objects = new ArrayList<>(count);
    Set<Reference> seen = new HashSet<>();
    while (objects.size() < count) {
      ShapeKind kind = Seeds.pick(ShapeKind.values(), random);
      ShapeColor color = Seeds.pick(ShapeColor.values(), random);
      if (seen.add(new Reference(kind, color))) {
        ShapeSize size = Seeds.pick(ShapeSize.values(), random);
        objects.add(new SceneObject(kind, color, size, places.get(objects.size())));
      }
    }
    return new Scene(objects);
  }
}
