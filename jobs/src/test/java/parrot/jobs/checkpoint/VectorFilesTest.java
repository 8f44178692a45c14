package parrot.jobs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import parrot.model.exchange.StateLayout;

class VectorFilesTest {
  private static final long FULL = CheckpointLayout.FILE_BYTES / Float.BYTES;

  @Test
  void aVectorThatFitsIsOneFile() {
    assertThat(CheckpointLayout.moments(FULL).list())
        .extracting(VectorFiles.VectorFile::name)
        .containsExactly("training/updater.safetensors");
    assertThat(CheckpointLayout.outerMomentum(1).list())
        .extracting(VectorFiles.VectorFile::name)
        .containsExactly("training/outer_momentum.safetensors");
  }

  @Test
  void aLongerOneIsCutIntoNumberedFilesAtWholeChunks() {
    assertThat(FULL % StateLayout.CHUNK).isZero();
    var files = CheckpointLayout.residual(3, 2 * FULL + 5).list();
    assertThat(files)
        .extracting(VectorFiles.VectorFile::name)
        .containsExactly(
            "training/error_feedback-replica-0003-00001-of-00003.safetensors",
            "training/error_feedback-replica-0003-00002-of-00003.safetensors",
            "training/error_feedback-replica-0003-00003-of-00003.safetensors");
    assertThat(files).extracting(VectorFiles.VectorFile::from).containsExactly(0L, FULL, 2 * FULL);
    assertThat(files).extracting(part -> part.spec().elements()).containsExactly(FULL, FULL, 5L);
  }
}
