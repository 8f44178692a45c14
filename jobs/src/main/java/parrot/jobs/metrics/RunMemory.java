package parrot.jobs.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import parrot.jobs.round.RoundOutcome;
import parrot.jobs.spark.ProcessMemory;
import parrot.jobs.state.ReplicaOutcome;

/**
 * Memory that a run planned with, and that it took.
 *
 * @param planned bytes of an executor's process, as {@code parrot plan} says
 * @param executor the one with the largest peak, after its steps
 */
public record RunMemory(long planned, ProcessMemory driver, ProcessMemory executor) {
  /** After a round; empty if the system does not tell. */
  public static Optional<RunMemory> of(long planned, RoundOutcome outcome) {
    Optional<ProcessMemory> largest =
        outcome.replicas().stream()
            .map(ReplicaOutcome::memory)
            .flatMap(memory -> Stream.ofNullable(memory))
            .max(Comparator.comparingLong(ProcessMemory::peak));
    return ProcessMemory.now()
        .flatMap(driver -> largest.map(executor -> new RunMemory(planned, driver, executor)));
  }

  /** The value of {@code memory} in the metrics file. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("planned", planned);
    write(json.putObject("driver"), driver);
    write(json.putObject("executor"), executor);
    return json;
  }

  /** The inverse of {@link #toJson}. */
  static RunMemory fromJson(JsonNode json) {
    return new RunMemory(
        json.path("planned").asLong(), read(json.path("driver")), read(json.path("executor")));
  }

  private static void write(ObjectNode json, ProcessMemory memory) {
    json.put("peak", memory.peak());
    json.put("own", memory.own());
    json.put("files", memory.files());
    json.put("heap", memory.heap());
  }

  private static ProcessMemory read(JsonNode json) {
    return new ProcessMemory(
        json.path("peak").asLong(),
        json.path("own").asLong(),
        json.path("files").asLong(),
        json.path("heap").asLong());
  }
}
