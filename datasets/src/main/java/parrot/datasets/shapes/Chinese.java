package parrot.datasets.shapes;

import java.util.List;
import parrot.datasets.language.Language;

/** Simplified Chinese: no agreement, but a measure word between a number and its noun. */
final class Chinese implements Wording {
  static final Chinese INSTANCE = new Chinese();

  private static final String[] NUMBERS = {"", "一", "两", "三", "四", "五", "六"};

  private Chinese() {}

  @Override
  public Language language() {
    return Language.ZH;
  }

  private static String kind(ShapeKind kind) {
    if (kind == null) {
      return "图形";
    }
    return switch (kind) {
      case CIRCLE -> "圆形";
      case SQUARE -> "正方形";
      case TRIANGLE -> "三角形";
      case STAR -> "星星";
      case HEART -> "爱心";
      case CROSS -> "十字";
    };
  }

  private static String measure(ShapeKind kind) {
    return kind == ShapeKind.STAR || kind == ShapeKind.HEART ? "颗" : "个";
  }

  private static String color(ShapeColor color) {
    return switch (color) {
      case RED -> "红色";
      case GREEN -> "绿色";
      case BLUE -> "蓝色";
      case YELLOW -> "黄色";
      case ORANGE -> "橙色";
      case PURPLE -> "紫色";
      case BLACK -> "黑色";
    };
  }

  private static String size(ShapeSize size) {
    return size == ShapeSize.SMALL ? "小" : "大";
  }

  private static String place(Place place) {
    return switch (place) {
      case TOP_LEFT -> "左上角";
      case TOP_RIGHT -> "右上角";
      case BOTTOM_LEFT -> "左下角";
      case BOTTOM_RIGHT -> "右下角";
    };
  }

  private static String relation(Relation relation) {
    return switch (relation) {
      case LEFT -> "左边";
      case RIGHT -> "右边";
      case ABOVE -> "上边";
      case BELOW -> "下边";
    };
  }

  private static String name(Reference reference) {
    String noun = kind(reference.kind());
    return reference.color() == null ? noun : color(reference.color()) + "的" + noun;
  }

  @Override
  public String caption(List<SceneObject> objects) {
    List<String> parts =
        objects.stream()
            .map(
                o ->
                    place(o.place())
                        + "有一"
                        + measure(o.kind())
                        + color(o.color())
                        + "的"
                        + size(o.size())
                        + kind(o.kind()))
            .toList();
    return String.join("，", parts) + "。";
  }

  @Override
  public String terse(List<SceneObject> objects) {
    return String.join(
        "；",
        objects.stream()
            .map(o -> color(o.color()) + kind(o.kind()) + size(o.size()) + place(o.place()))
            .toList());
  }

  @Override
  public String question(SceneQuestion question) {
    return switch (question.category()) {
      case COLOR -> name(question.subject()) + "是什么颜色？";
      case SHAPE -> name(question.subject()) + "是什么？";
      case SIZE -> name(question.subject()) + "是大的还是小的？";
      case COUNT -> "图中有几个图形？";
      case KIND_COUNT -> {
        ShapeKind kind = question.subject().kind();
        yield "图中有几" + measure(kind) + kind(kind) + "？";
      }
      case POSITION -> name(question.subject()) + "在哪里？";
      case OBJECT -> place(question.place()) + "有什么？";
      case RELATION -> name(question.subject()) + "在" + name(question.other()) + "的哪一边？";
    };
  }

  @Override
  public String option(Answer answer) {
    if (answer instanceof Answer.OfColor a) {
      return color(a.color());
    } else if (answer instanceof Answer.OfKind a) {
      return kind(a.kind());
    } else if (answer instanceof Answer.OfSize a) {
      return size(a.size()) + "的";
    } else if (answer instanceof Answer.OfCount a) {
      return NUMBERS[a.count()] + measure(a.kind());
    } else if (answer instanceof Answer.OfPlace a) {
      return place(a.place());
    } else if (answer instanceof Answer.OfObject a) {
      return color(a.color()) + "的" + kind(a.kind());
    }
    return relation(((Answer.OfRelation) answer).relation());
  }

  @Override
  public String sentence(SceneQuestion question) {
    String right = option(question.right());
    return switch (question.category()) {
      case COLOR -> name(question.subject()) + "是" + right + "的。";
      case SHAPE -> {
        ShapeKind kind = ((Answer.OfKind) question.right()).kind();
        yield name(question.subject()) + "是一" + measure(kind) + right + "。";
      }
      case SIZE -> name(question.subject()) + "是" + right + "。";
      case COUNT, KIND_COUNT -> {
        Answer.OfCount a = (Answer.OfCount) question.right();
        yield "图中有" + count(a.count(), a.kind()) + "。";
      }
      case POSITION -> name(question.subject()) + "在" + right + "。";
      case OBJECT -> {
        ShapeKind kind = ((Answer.OfObject) question.right()).kind();
        yield place(question.place()) + "有一" + measure(kind) + right + "。";
      }
      case RELATION -> name(question.subject()) + "在" + name(question.other()) + "的" + right + "。";
    };
  }

  @Override
  public String count(int count, ShapeKind kind) {
    return NUMBERS[count] + measure(kind) + kind(kind);
  }

  @Override
  public String sum(int first, int second, ShapeKind kind) {
    return count(first, kind) + "加" + count(second, kind) + "，一共是多少？";
  }
}
