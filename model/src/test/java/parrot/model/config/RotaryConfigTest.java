package parrot.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RotaryConfigTest {
  private static final int HEAD = 128;

  private static RotaryConfig read(String json) throws IOException {
    StrictMap keys =
        new StrictMap(
            new ObjectMapper().readTree(json.replace('\'', '"')),
            ConfigSource.published("config.json"));
    return RotaryConfig.of(keys, 32768, 2048);
  }

  @Test
  void turnsOnceFasterForEachPowerOfTheta() throws IOException {
    float[] frequencies = read("{'rope_theta': 10000}").frequencies(4);
    assertThat(frequencies).containsExactly(1, 0.01f);
    assertThat(read("{}")).isEqualTo(read("{'rope_theta': 10000}"));
    assertThat(read("{}").attention()).isEqualTo(1);
  }

  @Test
  void linearDividesEachFrequency() throws IOException {
    RotaryConfig linear = read("{'rope_scaling': {'rope_type': 'linear', 'factor': 4.0}}");
    float[] plain = read("{}").frequencies(HEAD);
    float[] divided = linear.frequencies(HEAD);
    for (int j = 0; j < plain.length; j++) {
      assertThat(divided[j]).isCloseTo(plain[j] / 4, within(1e-7f * plain[j]));
    }
    assertThat(linear.attention()).isEqualTo(1);
  }

  /** The numbers of Qwen2.5's long contexts: theta 1e6, factor 4 over 32768 positions. */
  @Test
  void yarnDividesTheSlowFrequenciesAloneAndSharpensAttention() throws IOException {
    RotaryConfig yarn =
        read(
            "{'rope_theta': 1000000.0, 'rope_scaling':"
                + " {'factor': 4.0, 'original_max_position_embeddings': 32768, 'type': 'yarn'}}");
    assertThat(yarn.attention()).isEqualTo((float) (0.1 * Math.log(4) + 1));
    float[] plain = read("{'rope_theta': 1000000.0}").frequencies(HEAD);
    float[] stretched = yarn.frequencies(HEAD);
    // 32 turns within 32768 positions: d ln(32768 / 64 pi) / (2 ln theta) = 23.6; one turn: 39.7.
    int low = 23;
    int high = 40;
    for (int j = 0; j < plain.length; j++) {
      double ramp = Math.min(1, Math.max(0, (j - low) / (double) (high - low)));
      double expected = plain[j] / 4 * ramp + plain[j] * (1 - ramp);
      assertThat((double) stretched[j]).isCloseTo(expected, within(1e-6 * plain[j]));
    }
    assertThat(stretched[low]).isEqualTo(plain[low]);
    assertThat(stretched[high]).isCloseTo(plain[high] / 4, within(1e-7f * plain[high]));
  }

  @Test
  void yarnTakesItsOptionsFromTheFile() throws IOException {
    RotaryConfig yarn =
        read(
            "{'rope_parameters': {'rope_theta': 10000.0, 'rope_type': 'yarn', 'factor': 2.0,"
                + " 'beta_fast': 16, 'beta_slow': 2, 'attention_factor': 1.5, 'truncate': false}}");
    assertThat(yarn.yarn()).contains(new RotaryConfig.Yarn(32768, 16, 2, 1.5, false));
    assertThat(yarn.attention()).isEqualTo(1.5f);
  }
}
