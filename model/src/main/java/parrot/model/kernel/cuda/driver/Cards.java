package parrot.model.kernel.cuda.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.DeviceLease;

/** Which thread of this process computes on which card. */
final class Cards {
  private final List<Card> all;
  private final List<Card> offered;
  private final List<Card> free;
  private final ThreadLocal<Card> ofThread = new ThreadLocal<>();

  /**
   * @param all at least one of them new enough
   */
  Cards(List<Card> all) {
    this.all = all;
    List<Card> usable = all.stream().filter(Card::isNewEnough).toList();
    offered = usable.stream().filter(card -> card.kind().equals(usable.get(0).kind())).toList();
    free = new ArrayList<>(offered);
  }

  /** Those that are leased without an address: new enough, and of one kind. */
  List<Card> offered() {
    return offered;
  }

  /**
   * Gives a card to the calling thread until the lease is closed by it. A thread that has one keeps
   * it: it would wait for itself.
   *
   * @param address that Spark assigned: a number in the order of buses, or GPU-... or MIG-...;
   *     empty for a free card, for which this waits: one replica at a time computes on a card
   * @throws DeviceException if no card has the address, or one that is too old
   */
  DeviceLease lease(Optional<String> address) {
    if (ofThread.get() != null) {
      return () -> {};
    }
    if (address.isPresent()) {
      Card card = at(address.get());
      if (!card.isNewEnough()) {
        throw new DeviceException(
            "Cannot use the GPU %s that Spark assigned: %s is older than sm_%d (Ampere); leave it out of what the discovery script prints"
                .formatted(address.get(), card, Card.OLDEST_CAPABILITY));
      }
      ofThread.set(card);
      return ofThread::remove;
    }
    Card card = take();
    ofThread.set(card);
    return () -> {
      ofThread.remove();
      giveBack(card);
    };
  }

  private synchronized Card take() {
    try {
      while (free.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeviceException("Stopped while waiting for a free GPU", e);
    }
    return free.remove(0);
  }

  private synchronized void giveBack(Card card) {
    free.add(0, card);
    notifyAll();
  }

  private Card at(String address) {
    if (address.matches("\\d{1,4}")) {
      int index = Integer.parseInt(address);
      if (index < all.size()) {
        return all.get(index);
      }
    }
    String uuid = address.toLowerCase(Locale.ROOT).replaceFirst("^(gpu|mig)-", "");
    return all.stream()
        .filter(card -> card.uuid().equals(uuid))
        .findFirst()
        .orElseThrow(
            () ->
                new DeviceException(
                    "Cannot use the GPU %s that Spark assigned: the driver shows %s; see CUDA_VISIBLE_DEVICES, and what the discovery script prints"
                        .formatted(address, all)));
  }

  /** The calling thread's card; the first offered for a thread that leased none. */
  Card current() {
    Card card = ofThread.get();
    return card == null ? offered.get(0) : card;
  }
}
