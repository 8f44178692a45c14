package parrot.model.kernel.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.DeviceLease;
import parrot.model.kernel.cuda.Emulator;

/** What is said of machines without a card, or with drivers and libraries that cannot be used. */
class InstallationTest {
  @TempDir Path folder;

  @BeforeEach
  void needsTheEmulator() {
    Emulator.assumeWorks();
    EmulatedDriver.open();
  }

  private AbstractThrowableAssert<?, ?> refusal() {
    return assertThatThrownBy(() -> Installation.open(new LibrarySearch(List.of(folder))))
        .isInstanceOf(DeviceException.class);
  }

  private void stub(String name, String... functions) throws IOException, InterruptedException {
    StringBuilder source = new StringBuilder();
    for (String function : functions) {
      source.append("int ").append(function).append("(void) { return 0; }\n");
    }
    Path file = Files.writeString(folder.resolve("stub.c"), source);
    assumeTrue(Emulator.find("gcc"), "there is no gcc to compile a stub");
    Process gcc =
        new ProcessBuilder(
                "gcc", "-shared", "-fPIC", file.toString(), "-o", folder.resolve(name).toString())
            .inheritIO()
            .start();
    assertThat(gcc.waitFor()).isZero();
  }

  private void link(String... names) throws IOException {
    for (String name : names) {
      Path library = EmulatedDriver.folder().resolve("libcuda.so.1").toRealPath();
      Files.createSymbolicLink(folder.resolve(name), library);
    }
  }

  @Test
  void saysWhereADriverWasLookedForAndWhatToInstall() {
    refusal()
        .hasMessage(
            "Cannot use a GPU: there is no NVIDIA driver (libcuda.so.1 is not in %s); install NVIDIA's driver, version 525 or newer, or name its folder in PARROT_CUDA"
                .formatted(folder));
  }

  @Test
  void livesOnAfterADriverThatLacksFunctions() throws Exception {
    stub("libcuda.so.1", "cuInit", "cuDriverGetVersion");
    refusal()
        .hasMessageStartingWith(
            "Cannot use a GPU: %s is too old a driver, or does not load (Error looking up function '"
                .formatted(folder.resolve("libcuda.so.1")))
        .hasMessageContaining("undefined symbol: cu")
        .hasMessageEndingWith("; install NVIDIA's driver, version 525 or newer")
        .hasMessageNotContaining("\n");
    assertThat(EmulatedDriver.open().cards()).hasSize(1);
  }

  @Test
  void refusesAFileThatIsNoLibrary() throws IOException {
    Files.writeString(folder.resolve("libcuda.so.1"), "text");
    refusal().hasMessageContaining("is too old a driver, or does not load");
  }

  @Test
  void saysWhyADriverDoesNotStart() throws IOException {
    link("libcuda.so.1");
    EmulatedDriver.set("cards", 0);
    refusal()
        .hasMessageContaining("does not start (no CUDA-capable device is detected (100))")
        .hasMessageContaining("see nvidia-smi and CUDA_VISIBLE_DEVICES");
    EmulatedDriver.fail("cuInit", 34);
    refusal().hasMessageContaining("this is the toolkit's stub");
  }

  @Test
  void refusesDriversAndCardsThatAreTooOld() throws IOException {
    link("libcuda.so.1");
    EmulatedDriver.set("driver", 11080);
    refusal().hasMessageContaining("is made for CUDA 11.8 (must be 12.0 or newer)");
    EmulatedDriver.set("driver", 13000);
    EmulatedDriver.set("major", 7);
    refusal()
        .hasMessageStartingWith("Cannot use a GPU: GPU 0 (Emulated card")
        .hasMessageEndingWith(" is older than sm_80 (Ampere)");
  }

  @Test
  void saysWhichLibraryIsMissing() throws IOException {
    link("libcuda.so.1");
    refusal()
        .hasMessageStartingWith(
            "Cannot use a GPU: libnvrtc.so.13 or libnvrtc.so.12 is not in %s; install NVRTC"
                .formatted(folder));
    link("libnvrtc.so.12");
    refusal().hasMessageContaining("libcublasLt.so.13 or libcublasLt.so.12 is not in");
    link("libcublasLt.so.13");
    assertThat(Installation.open(new LibrarySearch(List.of(folder))).versions())
        .isEqualTo("driver for CUDA 13.0, NVRTC 13.0, cuBLASLt 130000");
  }

  @Test
  void takesNoLibraryThatIsNewerThanTheDriver() throws IOException {
    link("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    EmulatedDriver.set("driver", 12040);
    refusal().hasMessageStartingWith("Cannot use a GPU: libnvrtc.so.12 is not in");
  }

  @Test
  void refusesALibraryThatLacksFunctions() throws Exception {
    link("libcuda.so.1", "libnvrtc.so.13");
    stub("libcublasLt.so.13", "cublasLtCreate");
    refusal().hasMessageContaining("libcublasLt.so.13 does not load, or is too old");
  }

  @Test
  void countsCardsByTheirBuses() throws IOException {
    link("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    EmulatedDriver.set("cards", 3);
    List<Card> cards = Installation.open(new LibrarySearch(List.of(folder))).cards();
    assertThat(cards).extracting(Card::index).containsExactly(0, 1, 2);
    assertThat(cards).extracting(Card::ordinal).containsExactly(2, 1, 0);
    assertThat(cards.get(0).kind()).isEqualTo("Emulated card, 1 GiB, sm_90");

    Cards leases = new Cards(cards);
    try (DeviceLease lease = leases.lease(Optional.of("1"))) {
      assertThat(leases.current().ordinal()).isEqualTo(1);
    }
    for (String kind : List.of("GPU", "MIG")) {
      String address = kind + "-02122232-4252-6272-8292-A2B2C2D2E2F2";
      try (DeviceLease lease = leases.lease(Optional.of(address))) {
        assertThat(leases.current().ordinal()).isEqualTo(2);
      }
    }
    assertThatThrownBy(() -> leases.lease(Optional.of("3")))
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith(
            "Cannot use the GPU 3 that Spark assigned: the driver shows [GPU 0");
  }

  @Test
  void computesWithOneReplicaAtATimeOnACard() throws Exception {
    Cards leases = new Cards(EmulatedDriver.open().cards());
    DeviceLease first = leases.lease(Optional.empty());
    Thread second = new Thread(() -> leases.lease(Optional.empty()).close());
    second.start();
    second.join(100);
    assertThat(second.isAlive()).isTrue();
    first.close();
    second.join(10_000);
    assertThat(second.isAlive()).isFalse();
  }

  @Test
  void aThreadThatHasACardKeepsIt() {
    Cards leases = new Cards(List.of(card(0, "H200", 90), card(1, "H200", 90)));
    try (DeviceLease first = leases.lease(Optional.empty())) {
      for (int stage = 0; stage < 2; stage++) {
        leases.lease(Optional.empty()).close();
        assertThat(leases.current().index()).isZero();
      }
    }
    try (DeviceLease later = leases.lease(Optional.of("1"))) {
      assertThat(leases.current().index()).isEqualTo(1);
    }
  }

  @Test
  void leasesCardsOfTheFirstKindThatIsNewEnough() {
    Cards leases =
        new Cards(
            List.of(
                card(0, "GTX 1080", 61),
                card(1, "RTX 3090", 86),
                card(2, "H200", 90),
                card(3, "RTX 3090", 86)));
    assertThat(leases.offered()).extracting(Card::index).containsExactly(1, 3);
    assertThat(leases.current().index()).isEqualTo(1);
    try (DeviceLease lease = leases.lease(Optional.of("2"))) {
      assertThat(leases.current().index()).isEqualTo(2);
    }
    assertThatThrownBy(() -> leases.lease(Optional.of("0")))
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("Cannot use the GPU 0 that Spark assigned: GPU 0 (GTX 1080")
        .hasMessageContaining("is older than sm_80 (Ampere)");
  }

  private static Card card(int index, String name, int capability) {
    return new Card(index, index, name, "0000000" + index, 1L << 30, capability);
  }

  @Test
  void looksWhereASettingSaysFirst() throws IOException {
    Path wheel = folder.resolve("env/lib/python3.12/site-packages/nvidia/cu13/lib");
    Path given = folder.resolve("given");
    Path toolkit = folder.resolve("toolkit/lib64");
    for (Path one : List.of(wheel, toolkit, given)) {
      Files.createDirectories(one);
      Files.createFile(one.resolve("libnone.so.13"));
      Map<String, String> settings =
          Map.of(
              "PARROT_CUDA", given.toString(),
              "CUDA_HOME", folder.resolve("toolkit").toString(),
              "VIRTUAL_ENV", folder.resolve("env").toString());
      assertThat(LibrarySearch.of(settings::get).find(List.of("libnone.so.13")))
          .contains(one.resolve("libnone.so.13"));
    }
  }
}
