package parrot.jobs.preprocess;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import parrot.datasets.image.ImageSignature;
import parrot.datasets.near.TextPrint;

/** What makes two prints alike, and where one looks for prints that may be. */
enum Likeness implements Serializable {
  /** Of {@link ImageSignature}s. */
  IMAGES {
    @Override
    List<Place> places(byte[] print) {
      long[] keys = ImageSignature.get(ByteBuffer.wrap(print)).keys();
      List<Place> places = new ArrayList<>();
      for (int i = 0; i < keys.length; i++) {
        places.add(new Place((long) i << LEADING | keys[i] >>> Long.SIZE - LEADING, keys[i]));
      }
      return places;
    }

    @Override
    boolean areAlike(byte[] one, byte[] other) {
      return ImageSignature.get(ByteBuffer.wrap(one))
          .looksLike(ImageSignature.get(ByteBuffer.wrap(other)));
    }
  },

  /** Of the number of an image, 0 for none, and a {@link TextPrint}. */
  TEXTS {
    @Override
    List<Place> places(byte[] print) {
      ByteBuffer bytes = ByteBuffer.wrap(print);
      long image = bytes.getLong();
      TextPrint text = TextPrint.get(bytes);
      List<Place> places = new ArrayList<>();
      for (long key : text.keys(image)) {
        places.add(new Place(key, text.checksum()));
      }
      return places;
    }

    @Override
    boolean areAlike(byte[] one, byte[] other) {
      ByteBuffer first = ByteBuffer.wrap(one);
      ByteBuffer second = ByteBuffer.wrap(other);
      return first.getLong() == second.getLong()
          && TextPrint.get(first).isLike(TextPrint.get(second));
    }
  };

  /** Bits of an image's key that copies must share to be compared. */
  private static final int LEADING = 16;

  /**
   * A place where a print is looked for.
   *
   * @param word equal for prints that are compared
   * @param order sorts prints of one word, so that those most alike lie close together
   */
  record Place(long word, long order) {}

  abstract List<Place> places(byte[] print);

  abstract boolean areAlike(byte[] one, byte[] other);
}
