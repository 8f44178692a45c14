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
  private final List<Card> free;
  private final ThreadLocal<Card> ofThread = new ThreadLocal<>();

  Cards(List<Card> all) {
    this.all = all;
    free = new ArrayList<>(all);
  }

  /**
   * Gives a card to the calling thread until the lease is closed by it.
   *
   * @param address that Spark assigned: a number in the order of buses, or GPU-... or MIG-...;
   *     empty for a free card, for which this waits: one replica at a time computes on a card
   * @throws DeviceException if no card has the address
   */
  DeviceLease lease(Optional<String> address) {
    if (address.isPresent()) {
      ofThread.set(at(address.get()));
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

  /** The calling thread's card; the first of all for a thread that leased none. */
  Card current() {
    Card card = ofThread.get();
    return card == null ? all.get(0) : card;
  }
}
