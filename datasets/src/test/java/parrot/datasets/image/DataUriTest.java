package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;

class DataUriTest {
  @Test
  void holdsAFileInBase64() {
    assertThat(DataUri.bytes("data:image/png;base64,AQID")).containsExactly(1, 2, 3);
    assertThat(DataUri.bytes("DATA:image/png;charset=x;BASE64,AQ\nID")).containsExactly(1, 2, 3);
    assertThat(DataUri.bytes(DataUri.ofBase64("AQID"))).containsExactly(1, 2, 3);
  }

  @Test
  void isRefusedInAnotherEncoding() {
    for (String uri : new String[] {"data:text/plain,hello", "data:", "data:;base64,A"}) {
      assertThatThrownBy(() -> DataUri.bytes(uri))
          .isInstanceOfSatisfying(
              UnusableImageException.class,
              e -> assertThat(e.reason()).isEqualTo(UnusableImageException.Reason.UNREADABLE))
          .hasMessageContaining("it is not in Base64");
    }
  }

  @Test
  void isReadInTheAlphabetOfUrls() {
    byte[] content = {-5, -17, -66, -1, -1, -1};
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(content);
    assertThat(text).contains("_").contains("-");
    assertThat(DataUri.bytes("data:;base64," + text)).isEqualTo(content);
  }

  @Test
  void isToldFromAPath() {
    assertThat(DataUri.ofText("train/a.png")).isEqualTo("train/a.png");
    assertThat(DataUri.ofText("/9j/a/b")).isEqualTo("/9j/a/b");
    assertThat(DataUri.is(DataUri.ofText("/9j/" + "4".repeat(100)))).isTrue();
  }

  @Test
  void isShortInAMessage() {
    assertThat(DataUri.shortened("data:image/png;base64," + "A".repeat(500)))
        .isEqualTo("data:image/png;base64,AA...");
    assertThat(DataUri.shortened("train/" + "a".repeat(100))).hasSize(106);
    assertThat(DataUri.shortened("b'" + "A".repeat(500))).hasSize(163).endsWith("A...");
  }
}
