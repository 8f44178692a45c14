package parrot.jobs.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis that begins and ends at round numbers.
 *
 * @param values values at the ticks, ascending; the first and the last are the ends of the axis
 * @param step between them
 */
record Ticks(List<Double> values, double step) {

  /** About {@code wanted} ticks at 1, 2 or 5 times a power of ten that cover the range. */
  static Ticks covering(double low, double high, int wanted) {
    double span = high > low ? high - low : 1;
    double rough = span / wanted;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = power;
    for (double factor : new double[] {1, 2, 5, 10}) {
      step = power * factor;
      if (step >= rough) {
        break;
      }
    }
    List<Double> values = new ArrayList<>();
    long first = (long) Math.floor(low / step + 1e-9);
    long last = Math.max(first + 1, (long) Math.ceil(high / step - 1e-9));
    for (long i = first; i <= last; i++) {
      values.add(i * step);
    }
    return new Ticks(List.copyOf(values), step);
  }

  double low() {
    return values.get(0);
  }

  double high() {
    return values.get(values.size() - 1);
  }

  /** Decimals that tell the ticks apart. */
  int decimals() {
    return Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
  }

  /** The number with as many decimals as tell the ticks apart. */
  String label(double value) {
    int decimals = decimals();
    return decimals == 0 && Math.abs(value) >= 10_000
        ? String.format(Locale.ROOT, "%,.0f", value).replace(',', '\u202F')
        : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
