package parrot.benchmarks.report;

import java.util.List;
import java.util.Map;

/**
 * What a benchmark found.
 *
 * @param id of the workload, and name of its files
 * @param summary one sentence
 * @param table the measurements
 * @param targets of the workload, met or missed
 * @param notes sentences that help to read the table
 * @param settings by side: environment variables that matter, threads, precision
 * @param seconds by side: every step that counted
 */
public record Result(
    String id,
    String summary,
    Table table,
    List<Target> targets,
    List<String> notes,
    Map<String, Map<String, String>> settings,
    Map<String, double[]> seconds) {}
