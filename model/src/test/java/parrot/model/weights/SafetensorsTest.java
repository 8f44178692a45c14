package parrot.model.weights;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.ModelException;
import parrot.model.tensor.Tensor;

class SafetensorsTest {
  private final Configuration configuration = new Configuration(false);
  @TempDir Path folder;

  @Test
  void readsEveryFloatingTypeAsFloat32() throws IOException {
    ByteBuffer data = data(4 * 2 + 2 * 4 + 2 * 2 + 8 * 2);
    data.putFloat(1.5f).putFloat(Float.MIN_VALUE);
    data.putShort((short) 0x3c00).putShort((short) 0xc100); // 1, -2.5
    data.putShort((short) 0x0001).putShort((short) 0x7c00); // the smallest, infinity
    data.putShort((short) 0x3fc0).putShort((short) 0xc2f7); // 1.5, -123.5
    data.putDouble(0.1).putDouble(-3);
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[8,16]},"
            + "\"c\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[16,20]},"
            + "\"d\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[20,36]}}";
    try (Safetensors file = open(header, data.array())) {
      assertThat(file.names()).containsExactly("a", "b", "c", "d");
      assertThat(file.shape("b")).containsExactly(2, 2);
      assertThat(file.type("c")).isEqualTo(DataType.BF16);
      assertThat(file.read("a")).containsExactly(1.5f, Float.MIN_VALUE);
      assertThat(file.read("b")).containsExactly(1, -2.5f, 0x1p-24f, Float.POSITIVE_INFINITY);
      assertThat(file.read("c")).containsExactly(1.5f, -123.5f);
      assertThat(file.read("d")).containsExactly(0.1f, -3);
    }
  }

  @Test
  void readsEveryTypeOfWholeNumbers() throws IOException {
    ByteBuffer data = data(8 + 4 + 1 + 1);
    data.putLong(-200).putInt(-7).put((byte) 200).put((byte) 1);
    String header =
        "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[8,12]},"
            + "\"c\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[12,13]},"
            + "\"d\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[13,14]}}";
    try (Safetensors file = open(header, data.array())) {
      assertThat(file.readLongs("a")).containsExactly(-200);
      assertThat(file.readLongs("b")).containsExactly(-7);
      assertThat(file.readLongs("c")).containsExactly(200);
      assertThat(file.readLongs("d")).containsExactly(1);
      assertThatThrownBy(() -> file.read("a"))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("Cannot read a in")
          .hasMessageContaining("its dtype is I64");
      assertThatThrownBy(() -> file.read("nothing"))
          .hasMessageContaining("there is no such tensor");
    }
  }

  @Test
  void readsIntoTensorsOfAnyStride() throws IOException {
    ByteBuffer data = data(24);
    for (int i = 0; i < 6; i++) {
      data.putFloat(i);
    }
    String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}}";
    try (Safetensors file = open(header, data.array())) {
      Tensor whole = Tensor.allocate(3, 4);
      file.readInto("a", whole.columns(1, 3));
      assertThat(whole.toArray()).containsExactly(0, 0, 1, 0, 0, 2, 3, 0, 0, 4, 5, 0);
      Tensor other = Tensor.allocate(2, 3);
      file.readInto("a", other);
      assertThat(other.toArray()).containsExactly(0, 1, 2, 3, 4, 5);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.readInto("a", Tensor.allocate(2, 2)))
          .withMessageContaining("got 6 values, expected 4");
    }
  }

  @Test
  void readsALargeTensorInPieces() throws IOException {
    int count = (1 << 18) * 2 + 5;
    ByteBuffer data = data(4 * count);
    for (int i = 0; i < count; i++) {
      data.putFloat(i);
    }
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":["
            + count
            + "],\"data_offsets\":[0,"
            + 4 * count
            + "]}}";
    try (Safetensors file = open(header, data.array())) {
      float[] values = file.read("a");
      assertThat(values).hasSize(count);
      assertThat(values[(1 << 18) + 1]).isEqualTo((1 << 18) + 1f);
      assertThat(values[count - 1]).isEqualTo(count - 1f);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}}"
            + "|tensor a ends at byte 16 of the data, but the file has only 8: it is truncated",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}"
            + "|tensor a of shape [2] and dtype F32 has 4 bytes (expected 8)",
        "{'a':{'dtype':'F8','shape':[8],'data_offsets':[0,8]}}"
            + "|tensor a has dtype F8 (must be one of [F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL])",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
            + "'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|tensor a is there twice",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[2,6]}}"
            + "|tensor b starts at byte 2 and overlaps a, which ends at 4",
        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}"
            + "|tensor b starts at byte 4, leaving a gap after a, which ends at 1",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"
            + "|its tensors end at byte 4 of the data, but the file has 8",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|the impossible shape [-1]",
        "{'a':{'dtype':'F32','shape':[2147483647,2147483647,2147483647],'data_offsets':[0,4]}}"
            + "|the impossible shape",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}|the impossible offsets [8,0]",
        "{'a':{'dtype':'F32','shape':[2]}}|tensor a has no shape or no pair of data_offsets",
        "{'a':{'dtype'|its header is not valid JSON",
        "[1]|its header is not a JSON object",
      })
  void refusesADamagedHeader(String header, String message) {
    assertThatThrownBy(() -> open(header.replace('\'', '"'), new byte[8]).close())
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("Cannot read ")
        .hasMessageContaining("weights.safetensors")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1|a git-lfs pointer in place of the file (run git lfs",
        "<!DOCTYPE html><title>Sign in</title>|a web page in place of the file",
        "Entry not found|it is a text, which begins with: Entry not found",
        "short|5 bytes are not a safetensors file",
        "GGUF....|a GGUF file of llama.cpp",
        "PK\u0003\u0004....|a PyTorch file whose zip archive is damaged or cut short",
      })
  void saysWhatLiesInPlaceOfWeights(String content, String message) throws IOException {
    Files.writeString(folder.resolve("weights.safetensors"), content);
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("Cannot read ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesAFileThatIsNotThereOrEmpty() throws IOException {
    assertThatThrownBy(this::open).hasMessageContaining("there is no such file");
    Files.write(folder.resolve("weights.safetensors"), new byte[100]);
    assertThatThrownBy(this::open).hasMessageContaining("a header of 0 bytes");
  }

  @Test
  void refusesAHeaderThatIsCutShort() throws IOException {
    ByteBuffer start = data(12);
    start.putLong(1000).put("{\"a\"".getBytes(UTF_8));
    Files.write(folder.resolve("weights.safetensors"), start.array());
    assertThatThrownBy(this::open)
        .hasMessageContaining("its header needs 1000 bytes, but only 4 follow: it is truncated");
  }

  @Test
  void halfPrecisionAgreesWithItsDefinition() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = DataType.fromFloat16((short) bits);
      int exponent = (bits >> 10) & 31;
      int fraction = bits & 1023;
      double expected =
          exponent == 31
              ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
              : exponent == 0
                  ? fraction * 0x1p-24
                  : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
      assertThat(Double.compare(value, bits >= 0x8000 ? -expected : expected)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x3f800000, 0x3f80",
    "0x3f808000, 0x3f80", // a tie, to even
    "0x3f818000, 0x3f82", // a tie, to even
    "0x3f808001, 0x3f81",
    "0x7f7fffff, 0x7f80", // overflows
    "0xff800000, 0xff80",
    "0x7f800001, 0x7fc0", // stays a NaN
    "0x80000000, 0x8000",
  })
  void roundsToTheNearestBfloat16(String single, String brain) {
    float value = Float.intBitsToFloat((int) (long) Long.decode(single));
    assertThat(DataType.toBfloat16(value)).isEqualTo((short) (int) Integer.decode(brain));
  }

  @Test
  void everyFloat16IsWrittenAsItWasRead() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = DataType.fromFloat16((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(DataType.toFloat16(value)).isEqualTo((short) bits);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x1.002p0, 0x3c00", // a tie, to even
    "0x1.006p0, 0x3c02", // a tie, to even
    "0x1.002002p0, 0x3c01",
    "0x1.8p-24, 0x0002", // a tie among subnormal numbers
    "0x1p-25, 0x0000",
    "-0x1.ffep15, 0xfc00", // overflows
    "NaN, 0x7e00",
  })
  void roundsToTheNearestFloat16(float value, String half) {
    assertThat(DataType.toFloat16(value)).isEqualTo((short) (int) Integer.decode(half));
  }

  private static ByteBuffer data(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Safetensors open(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(UTF_8);
    ByteBuffer file = data(8 + json.length + data.length);
    file.putLong(json.length).put(json).put(data);
    Files.write(folder.resolve("weights.safetensors"), file.array());
    return open();
  }

  private Safetensors open() {
    return Safetensors.open(
        new org.apache.hadoop.fs.Path(folder.resolve("weights.safetensors").toUri()),
        configuration);
  }
}
