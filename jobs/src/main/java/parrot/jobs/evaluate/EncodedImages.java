package parrot.jobs.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import parrot.datasets.storage.Digests;
import parrot.model.tensor.Tensor;

/**
 * What the model made of the images that it was asked about last, so that an image is prepared and
 * encoded once for all its questions and rotations. Safe for use by several threads.
 */
final class EncodedImages {
  private static final int MOST = 16;

  private final Map<String, Tensor> byContent =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tensor> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param image content of the file
   * @param encode encodes it; called if the image is not known
   */
  Tensor get(byte[] image, Supplier<Tensor> encode) {
    String content = Digests.sha256(image);
    synchronized (byContent) {
      Tensor known = byContent.get(content);
      if (known != null) {
        return known;
      }
    }
    Tensor encoded = encode.get();
    synchronized (byContent) {
      byContent.put(content, encoded);
    }
    return encoded;
  }
}
