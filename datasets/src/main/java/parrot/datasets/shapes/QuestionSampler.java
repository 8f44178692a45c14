package parrot.datasets.shapes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Draws questions that a scene answers without doubt, and their options.
 *
 * <p>Wrong options come from the scene's other objects if it has some, so that neither a guess from
 * the question alone nor knowing which attributes occur is enough.
 */
final class QuestionSampler {
  /** How often a wrong option is taken from the scene, if it can be. */
  private static final double FROM_SCENE = 0.7;

  private QuestionSampler() {}

  /** A category by the shares of {@link Category#weight()}. */
  static Category category(boolean benchmark, SplittableRandom random) {
    Category[] categories = Category.values();
    double[] weights = new double[categories.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = benchmark && !categories[i].isInBenchmark() ? 0 : categories[i].weight();
    }
    return categories[Seeds.weighted(weights, random)];
  }

  /** A question of any category that the scene can answer. */
  static SceneQuestion ask(Scene scene, SplittableRandom random) {
    while (true) {
      Optional<SceneQuestion> question = ask(scene, category(false, random), random);
      if (question.isPresent()) {
        return question.get();
      }
    }
  }

  /** A question of the category; empty if the scene has no unambiguous one. */
  static Optional<SceneQuestion> ask(Scene scene, Category category, SplittableRandom random) {
    return switch (category) {
      case COLOR -> color(scene, random);
      case SHAPE -> shape(scene, random);
      case SIZE -> size(scene, random);
      case COUNT -> Optional.of(count(scene, null, random));
      case KIND_COUNT ->
          Optional.of(count(scene, Seeds.pick(scene.objects(), random).kind(), random));
      case POSITION -> position(scene, random);
      case OBJECT -> object(scene, random);
      case RELATION -> relation(scene, random);
    };
  }

  private static Optional<SceneQuestion> color(Scene scene, SplittableRandom random) {
    return pickUnique(scene, object -> new Reference(object.kind(), null), random)
        .map(
            object -> {
              List<Answer> wrong =
                  wrong(
                      scene,
                      ShapeColor.values(),
                      SceneObject::color,
                      object.color(),
                      Answer.OfColor::new,
                      random);
              Reference subject = new Reference(object.kind(), null);
              return question(
                  Category.COLOR,
                  subject,
                  null,
                  null,
                  new Answer.OfColor(object.color()),
                  wrong,
                  random);
            });
  }

  private static Optional<SceneQuestion> shape(Scene scene, SplittableRandom random) {
    return pickUnique(scene, object -> new Reference(null, object.color()), random)
        .map(
            object -> {
              List<Answer> wrong =
                  wrong(
                      scene,
                      ShapeKind.values(),
                      SceneObject::kind,
                      object.kind(),
                      Answer.OfKind::new,
                      random);
              Reference subject = new Reference(null, object.color());
              return question(
                  Category.SHAPE,
                  subject,
                  null,
                  null,
                  new Answer.OfKind(object.kind()),
                  wrong,
                  random);
            });
  }

  private static Optional<SceneQuestion> size(Scene scene, SplittableRandom random) {
    SceneObject object = Seeds.pick(scene.objects(), random);
    ShapeSize wrong = object.size() == ShapeSize.SMALL ? ShapeSize.LARGE : ShapeSize.SMALL;
    return Optional.of(
        question(
            Category.SIZE,
            reference(scene, object, random),
            null,
            null,
            new Answer.OfSize(object.size()),
            List.of(new Answer.OfSize(wrong)),
            random));
  }

  private static SceneQuestion count(Scene scene, ShapeKind kind, SplittableRandom random) {
    int count = (int) scene.count(object -> kind == null || object.kind() == kind);
    List<Answer> wrong = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      if (i != count) {
        wrong.add(new Answer.OfCount(i, kind));
      }
    }
    return question(
        kind == null ? Category.COUNT : Category.KIND_COUNT,
        kind == null ? null : new Reference(kind, null),
        null,
        null,
        new Answer.OfCount(count, kind),
        wrong,
        random);
  }

  private static Optional<SceneQuestion> position(Scene scene, SplittableRandom random) {
    SceneObject object = Seeds.pick(scene.objects(), random);
    List<Answer> wrong = new ArrayList<>();
    for (Place place : Place.values()) {
      if (place != object.place()) {
        wrong.add(new Answer.OfPlace(place));
      }
    }
    return Optional.of(
        question(
            Category.POSITION,
            reference(scene, object, random),
            null,
            null,
            new Answer.OfPlace(object.place()),
            wrong,
            random));
  }

  private static Optional<SceneQuestion> object(Scene scene, SplittableRandom random) {
    SceneObject object = Seeds.pick(scene.objects(), random);
    Answer right = new Answer.OfObject(object.kind(), object.color());
    List<Answer> wrong = new ArrayList<>();
    if (random.nextBoolean()) {
      // Two kinds by two colours: no option shares more with the others than the right one does.
      SceneObject second = Seeds.pick(scene.objects(), random);
      ShapeKind kind = second.kind();
      while (kind == object.kind()) {
        kind = Seeds.pick(ShapeKind.values(), random);
      }
      ShapeColor color = second.color();
      while (color == object.color()) {
        color = Seeds.pick(ShapeColor.values(), random);
      }
      wrong.add(new Answer.OfObject(kind, color));
      wrong.add(new Answer.OfObject(kind, object.color()));
      wrong.add(new Answer.OfObject(object.kind(), color));
    } else {
      for (SceneObject other : scene.objects()) {
        if (other != object) {
          wrong.add(new Answer.OfObject(other.kind(), other.color()));
        }
      }
      while (wrong.size() < 3) {
        Answer made =
            new Answer.OfObject(
                Seeds.pick(ShapeKind.values(), random), Seeds.pick(ShapeColor.values(), random));
        if (!made.equals(right) && !wrong.contains(made)) {
          wrong.add(made);
        }
      }
    }
    return Optional.of(question(Category.OBJECT, null, null, object.place(), right, wrong, random));
  }

  private static Optional<SceneQuestion> relation(Scene scene, SplittableRandom random) {
    List<SceneObject> shuffled = new ArrayList<>(scene.objects());
    Seeds.shuffle(shuffled, random);
    for (SceneObject object : shuffled) {
      for (SceneObject other : shuffled) {
        Optional<Relation> relation = Relation.between(object.place(), other.place());
        if (relation.isPresent()) {
          List<Answer> wrong = new ArrayList<>();
          for (Relation one : Relation.values()) {
            if (one != relation.get()) {
              wrong.add(new Answer.OfRelation(one));
            }
          }
          return Optional.of(
              question(
                  Category.RELATION,
                  reference(scene, object, random),
                  reference(scene, other, random),
                  null,
                  new Answer.OfRelation(relation.get()),
                  wrong,
                  random));
        }
      }
    }
    return Optional.empty();
  }

  /** Three wrong values of an attribute, those of the scene's other objects first. */
  private static <T> List<Answer> wrong(
      Scene scene,
      T[] values,
      Function<SceneObject, T> attribute,
      T right,
      Function<T, Answer> answer,
      SplittableRandom random) {
    List<T> chosen = new ArrayList<>();
    for (SceneObject object : scene.objects()) {
      T value = attribute.apply(object);
      if (value != right && !chosen.contains(value) && random.nextDouble() < FROM_SCENE) {
        chosen.add(value);
      }
    }
    while (chosen.size() < 3) {
      T value = Seeds.pick(values, random);
      if (value != right && !chosen.contains(value)) {
        chosen.add(value);
      }
    }
    return chosen.stream().limit(3).map(answer).toList();
  }

  private static Optional<SceneObject> pickUnique(
      Scene scene, Function<SceneObject, Reference> reference, SplittableRandom random) {
    List<SceneObject> unique =
        scene.objects().stream().filter(object -> scene.isUnique(reference.apply(object))).toList();
    return unique.isEmpty() ? Optional.empty() : Optional.of(Seeds.pick(unique, random));
  }

  /** One of the ways to name an object that mean it alone. */
  private static Reference reference(Scene scene, SceneObject object, SplittableRandom random) {
    List<Reference> references = new ArrayList<>();
    references.add(new Reference(object.kind(), object.color()));
    for (Reference shorter :
        List.of(new Reference(object.kind(), null), new Reference(null, object.color()))) {
      if (scene.isUnique(shorter)) {
        references.add(shorter);
      }
    }
    return Seeds.pick(references, random);
  }

  private static SceneQuestion question(
      Category category,
      Reference subject,
      Reference other,
      Place place,
      Answer right,
      List<Answer> wrong,
      SplittableRandom random) {
    List<Answer> options = new ArrayList<>(wrong);
    options.add(right);
    Seeds.shuffle(options, random);
    return new SceneQuestion(category, subject, other, place, options, options.indexOf(right));
  }

  /** The same question with the right answer moved to a slot, modulo the number of options. */
  static SceneQuestion withAnswerAt(SceneQuestion question, int slot) {
    List<Answer> options = new ArrayList<>(question.options());
    int to = Math.floorMod(slot, options.size());
    Collections.swap(options, question.answer(), to);
    return new SceneQuestion(
        question.category(), question.subject(), question.other(), question.place(), options, to);
  }
}
