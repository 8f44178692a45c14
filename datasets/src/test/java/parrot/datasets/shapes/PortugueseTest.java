package parrot.datasets.shapes;

import static parrot.datasets.shapes.Place.BOTTOM_LEFT;
import static parrot.datasets.shapes.Place.BOTTOM_RIGHT;
import static parrot.datasets.shapes.Place.TOP_LEFT;
import static parrot.datasets.shapes.Relation.BELOW;
import static parrot.datasets.shapes.Relation.LEFT;
import static parrot.datasets.shapes.ShapeColor.BLACK;
import static parrot.datasets.shapes.ShapeColor.ORANGE;
import static parrot.datasets.shapes.ShapeColor.PURPLE;
import static parrot.datasets.shapes.ShapeColor.RED;
import static parrot.datasets.shapes.ShapeColor.YELLOW;
import static parrot.datasets.shapes.ShapeKind.CIRCLE;
import static parrot.datasets.shapes.ShapeKind.CROSS;
import static parrot.datasets.shapes.ShapeKind.HEART;
import static parrot.datasets.shapes.ShapeKind.SQUARE;
import static parrot.datasets.shapes.ShapeKind.STAR;
import static parrot.datasets.shapes.ShapeSize.LARGE;
import static parrot.datasets.shapes.ShapeSize.SMALL;

import org.junit.jupiter.api.Test;

/** Concrete sentences, written by hand, of each kind of agreement. */
class PortugueseTest extends WordingContract {
  PortugueseTest() {
    super(
        Portuguese.INSTANCE,
        "Um círculo vermelho grande no canto superior esquerdo, uma estrela azul pequena no canto superior direito, um coração amarelo pequeno no canto inferior esquerdo e uma cruz preta grande no canto inferior direito.",
        "círculo vermelho grande superior esquerdo; estrela azul pequena superior direito; coração amarelo pequeno inferior esquerdo; cruz preta grande inferior direito");
  }

  @Test
  void adjectivesAgreeInSentencesAndNameTheColourInShortAnswers() {
    assertSaid(color(STAR, RED), "Qual é a cor da estrela?", "vermelho", "A estrela é vermelha.");
    assertSaid(color(CIRCLE, RED), "Qual é a cor do círculo?", "vermelho", "O círculo é vermelho.");
    assertSaid(color(CROSS, ORANGE), "Qual é a cor da cruz?", "laranja", "A cruz é laranja.");
    assertSaid(
        shape(PURPLE, HEART), "Qual figura é roxa?", "coração", "A figura roxa é um coração.");
    assertSaid(
        shape(BLACK, STAR), "Qual figura é preta?", "estrela", "A figura preta é uma estrela.");
    assertSaid(
        size(the(YELLOW, CROSS), SMALL),
        "Qual é o tamanho da cruz amarela?",
        "pequeno",
        "A cruz amarela é pequena.");
    assertSaid(
        size(the(SQUARE), LARGE),
        "Qual é o tamanho do quadrado?",
        "grande",
        "O quadrado é grande.");
  }

  @Test
  void oneAndTwoAgreeWithWhatIsCounted() {
    assertSaid(count(1, null), "Quantas figuras há na imagem?", "uma", "Há uma figura na imagem.");
    assertSaid(
        count(2, null), "Quantas figuras há na imagem?", "duas", "Há duas figuras na imagem.");
    assertSaid(
        count(2, HEART), "Quantos corações há na imagem?", "dois", "Há dois corações na imagem.");
    assertSaid(
        count(2, CROSS), "Quantas cruzes há na imagem?", "duas", "Há duas cruzes na imagem.");
  }

  @Test
  void indefiniteArticlesAgree() {
    assertSaid(
        object(TOP_LEFT, YELLOW, CIRCLE),
        "O que há no canto superior esquerdo?",
        "um círculo amarelo",
        "Há um círculo amarelo no canto superior esquerdo.");
    assertSaid(
        object(BOTTOM_RIGHT, YELLOW, STAR),
        "O que há no canto inferior direito?",
        "uma estrela amarela",
        "Há uma estrela amarela no canto inferior direito.");
  }

  @Test
  void prepositionsFuseWithArticles() {
    assertSaid(
        position(the(BLACK), BOTTOM_LEFT),
        "Onde está a figura preta?",
        "no canto inferior esquerdo",
        "A figura preta está no canto inferior esquerdo.");
    assertSaid(
        relation(the(STAR), LEFT, the(RED, CIRCLE)),
        "Onde está a estrela em relação ao círculo vermelho?",
        "à esquerda",
        "A estrela está à esquerda do círculo vermelho.");
    assertSaid(
        relation(the(CIRCLE), BELOW, the(STAR)),
        "Onde está o círculo em relação à estrela?",
        "abaixo",
        "O círculo está abaixo da estrela.");
  }

  @Test
  void numbersStandWithTheirNouns() {
    assertCount(1, STAR, "uma estrela");
    assertCount(2, HEART, "dois corações");
    assertCount(5, CROSS, "cinco cruzes");
    assertCount(6, null, "seis figuras");
    assertSum(2, 3, STAR, "Quanto é duas estrelas mais três estrelas?");
  }
}
