package parrot.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.Browser;
import parrot.jobs.evaluate.TinyModel;

/** The page as a visitor uses it. */
final class ChatPageTest {
  private static final String WITH_IMAGE =
      """
      (() => {
        const canvas = document.createElement('canvas');
        canvas.width = 40; canvas.height = 30;
        canvas.getContext('2d').fillRect(5, 5, 20, 20);
        return new Promise(done => canvas.toBlob(blob => {
          const files = new DataTransfer();
          files.items.add(new File([blob], 'x.png', {type: 'image/png'}));
          document.getElementById('file').files = files.files;
          document.getElementById('file').dispatchEvent(new Event('change'));
          done(true);
        }));
      })()
      """;

  /** The random model has nothing to say unless it draws. */
  private static final String DRAWN =
      """
      const plain = window.fetch;
      window.fetch = (address, options) => plain(address, options?.body
          ? {...options, body: JSON.stringify({...JSON.parse(options.body), temperature: 1.5, seed: 3})}
          : options);
      true
      """;

  @TempDir static Path folder;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    TinyModel.write(folder.resolve("model"), 1);
    if (Browser.executable().isPresent()) {
      browser = new Browser(Browser.executable().get(), folder.resolve("profile"));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void refersToNothingOutsideItself() {
    assertThat(ChatPage.HTML).doesNotContainPattern("https?://");
    assertThat(ChatPage.HTML).doesNotContain("@import", "<link", "url(", "<iframe", "innerHTML");
  }

  @Test
  void saysEverythingInSixLanguages() throws IOException {
    Matcher languages = Pattern.compile("\n  ([a-z]{2}): \\{(.*)},").matcher(ChatPage.HTML);
    TreeSet<String> tags = new TreeSet<>();
    TreeSet<String> keys = new TreeSet<>();
    while (languages.find()) {
      tags.add(languages.group(1));
      TreeSet<String> own = new TreeSet<>();
      Matcher words = Pattern.compile("(\\w+): '[^']+'").matcher(languages.group(2));
      while (words.find()) {
        own.add(words.group(1));
      }
      keys.addAll(own);
      assertThat(own).as(languages.group(1)).isEqualTo(keys);
    }
    assertThat(tags).containsExactly("ar", "en", "pt", "ru", "tr", "zh");
    assertThat(keys).contains("hint", "send", "stop", "lost");
  }

  private static void say(String question) throws Exception {
    browser.evaluate(
        "document.getElementById('question').value = '%s'; document.getElementById('form').requestSubmit(); true"
            .formatted(question));
  }

  private static String text(String selector) throws Exception {
    return browser
        .evaluate("document.querySelector('%s').textContent".formatted(selector))
        .asText();
  }

  @Test
  void asksAboutAnImageAndShowsTheAnswer() throws Exception {
    assumeTrue(browser != null, "Chromium is not on this machine");
    try (TestServer server = new TestServer(folder.resolve("model"), TestServer.OPTIONS)) {
      browser.open(server.address() + "/", 1200, 800);
      browser.await("document.getElementById('model').textContent === 'tiny'");
      browser.evaluate(DRAWN);
      browser.evaluate(WITH_IMAGE);
      browser.await("!document.getElementById('shown').hidden");
      say("What is this?");
      browser.await("!document.querySelector('.open') && document.querySelector('.answer')");

      assertThat(text(".answer")).isNotBlank();
      assertThat(browser.evaluate("document.querySelector('.own img').naturalWidth").asInt())
          .isEqualTo(40);

      say("ما لونه؟");
      browser.await("document.querySelectorAll('.answer:not(.open)').length === 2");
      assertThat(browser.evaluate("messages.length").asInt()).isEqualTo(4);
      assertThat(
              browser
                  .evaluate("getComputedStyle(document.querySelectorAll('.own p')[1]).direction")
                  .asText())
          .isEqualTo("rtl");
      assertThat(browser.errors()).isEmpty();
    }
  }

  @Test
  void isReadableInEveryLanguageAndWidth() throws Exception {
    assumeTrue(browser != null, "Chromium is not on this machine");
    try (TestServer server = new TestServer(folder.resolve("model"), TestServer.OPTIONS)) {
      browser.open(server.address() + "/", 1200, 800);
      for (int width : new int[] {360, 1200}) {
        browser.resize(width, 700);
        for (String language : new String[] {"en", "zh", "pt", "ar", "tr", "ru"}) {
          browser.evaluate("speak('%s')".formatted(language));
          assertThat(browser.overflow()).as("%s at %d", language, width).isLessThanOrEqualTo(0);
          assertThat(browser.evaluate("document.documentElement.dir").asText())
              .isEqualTo(language.equals("ar") ? "rtl" : "ltr");
          assertThat(text("#send")).isNotBlank();
        }
      }
    }
  }

  @Test
  void asksForTheKeyAndSaysWhatIsWrong() throws Exception {
    assumeTrue(browser != null, "Chromium is not on this machine");
    ServeOptions closed = TestServer.options(4, Duration.ofSeconds(60), Optional.of("secret"));
    try (TestServer server = new TestServer(folder.resolve("model"), closed)) {
      browser.open(server.address() + "/", 360, 700);
      browser.evaluate(DRAWN);
      browser.await("!document.getElementById('keyrow').hidden");
      say("q");
      browser.await("document.querySelector('.said.problem')");
      assertThat(text(".said.problem")).contains("No API key is given");

      browser.evaluate(
          "document.getElementById('key').value = 'secret'; document.getElementById('key').dispatchEvent(new Event('change')); true");
      browser.await("document.getElementById('model').textContent === 'tiny'");
      say("q");
      browser.await("document.querySelector('.answer:not(.open)')");
      assertThat(text(".answer")).isNotBlank();
    }
    browser.errors().clear(); // the browser itself tells of 401
  }
}
