package parrot.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import parrot.jobs.config.TrainConfigReader;

/**
 * The files of {@code cluster-config/kubernetes} have the fields that Kubernetes and the Spark
 * operator know, name what exists, and submit as the profile does. Fields: kubeflow/spark-operator,
 * {@code api/v1beta2/sparkapplication_types.go} and {@code scheduledsparkapplication_types.go}.
 */
class KubernetesManifestsTest {
  private static final Path FOLDER = Path.of("../cluster-config/kubernetes");

  private static final Map<String, String> API_VERSIONS =
      Map.of(
          "Namespace", "v1",
          "ServiceAccount", "v1",
          "ConfigMap", "v1",
          "Role", "rbac.authorization.k8s.io/v1",
          "RoleBinding", "rbac.authorization.k8s.io/v1",
          "SparkApplication", "sparkoperator.k8s.io/v1beta2",
          "ScheduledSparkApplication", "sparkoperator.k8s.io/v1beta2");

  /** Fields that must be there, and further ones that the operator knows and we use. */
  private static final Fields SCHEDULED =
      new Fields(
          "schedule template",
          "suspend concurrencyPolicy successfulRunHistoryLimit failedRunHistoryLimit");

  private static final Fields APPLICATION =
      new Fields(
          "type sparkVersion mode image mainClass mainApplicationFile arguments sparkConf driver"
              + " executor",
          "imagePullPolicy imagePullSecrets hadoopConf hadoopConfigMap sparkConfigMap volumes"
              + " restartPolicy timeToLiveSeconds");

  private static final Fields RESTART =
      new Fields(
          "type onFailureRetries onFailureRetryInterval onSubmissionFailureRetries"
              + " onSubmissionFailureRetryInterval",
          "");

  private static final String POD =
      " memoryOverhead coreLimit gpu configMaps secrets env labels annotations volumeMounts affinity"
          + " tolerations nodeSelector terminationGracePeriodSeconds serviceAccount ports"
          + " coreRequest";

  private static final Fields DRIVER = new Fields("cores memory serviceAccount", POD);
  private static final Fields EXECUTOR =
      new Fields("instances cores memory memoryOverhead", "deleteOnTermination" + POD);

  /** What the operator makes of a field of the application: a setting of Spark. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "/mode", "spark.submit.deployMode",
          "/image", "spark.kubernetes.container.image",
          "/driver/memory", "spark.driver.memory",
          "/driver/serviceAccount", "spark.kubernetes.authenticate.driver.serviceAccountName",
          "/executor/instances", "spark.executor.instances",
          "/executor/cores", "spark.executor.cores",
          "/executor/coreRequest", "spark.kubernetes.executor.request.cores",
          "/executor/memory", "spark.executor.memory",
          "/executor/memoryOverhead", "spark.executor.memoryOverhead");

  private record Fields(Set<String> required, Set<String> optional) {
    Fields(String required, String optional) {
      this(Set.of(required.split(" ")), Set.of(optional.strip().split(" ")));
    }

    void check(JsonNode node) {
      Set<String> unknown = names(node);
      assertThat(unknown).containsAll(required);
      unknown.removeAll(required);
      assertThat(optional).containsAll(unknown);
    }
  }

  private static Set<String> names(JsonNode node) {
    Set<String> names = new TreeSet<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static List<JsonNode> objects() throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    for (Path file : files()) {
      objects.addAll(StrictYaml.documents(Files.readString(file)));
    }
    return objects;
  }

  private static String name(JsonNode object) {
    return object.path("kind").asText() + " " + object.path("metadata").path("name").asText();
  }

  static List<JsonNode> applications() throws IOException {
    return objects().stream().filter(one -> name(one).contains("SparkApplication ")).toList();
  }

  private static JsonNode spec(JsonNode application) {
    JsonNode spec = application.path("spec");
    return spec.has("template") ? spec.path("template") : spec;
  }

  @Test
  void objectsHaveAKindANameAndTheNamespace() throws IOException {
    Set<String> names = new TreeSet<>();
    for (JsonNode object : objects()) {
      String kind = object.path("kind").asText();
      assertThat(API_VERSIONS).containsEntry(kind, object.path("apiVersion").asText());
      assertThat(names.add(name(object))).as(name(object)).isTrue();
      assertThat(object.path("metadata").path("name").asText())
          .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
      if (!kind.equals("Namespace")) {
        assertThat(names).contains("Namespace " + object.at("/metadata/namespace").asText());
      }
    }
    assertThat(names).anyMatch(name -> name.startsWith("ScheduledSparkApplication "));
  }

  @Test
  void driversMayDoWhatSparkNeeds() throws IOException {
    Map<String, JsonNode> objects = new TreeMap<>();
    objects().forEach(object -> objects.put(name(object), object));
    JsonNode binding = objects.get("RoleBinding parrot-driver");
    assertThat(objects).containsKey("Role " + binding.at("/roleRef/name").asText());
    assertThat(objects).containsKey("ServiceAccount " + binding.at("/subjects/0/name").asText());
    JsonNode rule = objects.get("Role parrot-driver").at("/rules/0");
    assertThat(texts(rule.path("resources"))).contains("pods", "services", "configmaps");
    assertThat(texts(rule.path("verbs"))).contains("create", "get", "list", "watch", "delete");
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  @ParameterizedTest
  @MethodSource("applications")
  void applicationsHaveTheFieldsOfTheOperator(JsonNode application) {
    if (application.path("spec").has("template")) {
      SCHEDULED.check(application.path("spec"));
      assertThat(application.at("/spec/schedule").asText().split(" ")).hasSize(5);
      assertThat(application.at("/spec/concurrencyPolicy").asText()).isEqualTo("Forbid");
    }
    JsonNode spec = spec(application);
    APPLICATION.check(spec);
    RESTART.check(spec.path("restartPolicy"));
    DRIVER.check(spec.path("driver"));
    EXECUTOR.check(spec.path("executor"));
    assertThat(spec.path("sparkConf")).allMatch(JsonNode::isTextual);
    assertThat(spec.path("type").asText()).isEqualTo("Java");
  }

  @ParameterizedTest
  @MethodSource("applications")
  void whatApplicationsNameExists(JsonNode application) throws IOException {
    JsonNode spec = spec(application);
    List<String> objects = objects().stream().map(KubernetesManifestsTest::name).toList();
    assertThat(objects)
        .contains(
            "ConfigMap " + spec.path("hadoopConfigMap").asText(),
            "ServiceAccount " + spec.at("/driver/serviceAccount").asText());
    for (JsonNode map : spec.at("/driver/configMaps")) {
      assertThat(objects).contains("ConfigMap " + map.path("name").asText());
    }
    List<String> volumes = spec.path("volumes").findValuesAsText("name");
    for (String pod : List.of("driver", "executor")) {
      assertThat(volumes).containsAll(spec.path(pod).path("volumeMounts").findValuesAsText("name"));
    }
  }

  @ParameterizedTest
  @MethodSource("applications")
  void applicationsRunCommandsOfTheProgram(JsonNode application) throws Exception {
    JsonNode spec = spec(application);
    assertThat(spec.path("mainClass").asText()).isEqualTo(Main.class.getName());
    String[] arguments = texts(spec.path("arguments")).toArray(String[]::new);
    assertThatCode(() -> Main.commandLine().parseArgs(arguments)).doesNotThrowAnyException();
    for (String argument : arguments) {
      if (argument.endsWith(".yaml")) {
        JsonNode mount = spec.at("/driver/configMaps/0");
        assertThat(argument).startsWith(mount.path("path").asText() + "/");
        String run = file(mount.path("name").asText(), Path.of(argument).getFileName().toString());
        assertThatCode(() -> TrainConfigReader.read(run, List.of())).doesNotThrowAnyException();
      }
    }
  }

  private static String file(String configMap, String name) throws IOException {
    for (JsonNode object : objects()) {
      if (name(object).equals("ConfigMap " + configMap)) {
        assertThat(object.path("data").has(name)).as(name).isTrue();
        return object.path("data").path(name).asText();
      }
    }
    throw new AssertionError("there is no ConfigMap " + configMap);
  }

  @ParameterizedTest
  @MethodSource("files")
  void applicationsAreTheProfileAsItIsAndWithItsCommentSignsRemoved(Path file) throws IOException {
    String text = Files.readString(file);
    String profile = Files.readString(FOLDER.resolve("../kubernetes.conf"));
    for (JsonNode application : StrictYaml.documents(text)) {
      if (name(application).contains("SparkApplication ")) {
        assertThat(settings(application)).isEqualTo(properties(profile));
        JsonNode all = StrictYaml.only(text.replaceAll("(?m)^( *)#(spark\\.)", "$1$2"));
        assertThat(settings(all))
            .isEqualTo(properties(profile.replaceAll("(?m)^#spark\\.", "spark.")));
      }
    }
  }

  private static Map<String, String> settings(JsonNode application) {
    JsonNode spec = spec(application);
    Map<String, String> settings = new TreeMap<>();
    spec.path("sparkConf")
        .fields()
        .forEachRemaining(e -> settings.put(e.getKey(), e.getValue().asText()));
    SETTINGS.forEach((field, setting) -> settings.put(setting, spec.at(field).asText()));
    settings.put("spark.kubernetes.namespace", application.at("/metadata/namespace").asText());
    return settings;
  }

  private static Map<String, String> properties(String text) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    Map<String, String> settings = new TreeMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> settings.put(name, properties.getProperty(name)));
    return settings;
  }

  @Test
  void hadoopsFilesNameTheFileSystem() throws Exception {
    for (String name : List.of("core-site.xml", "hdfs-site.xml")) {
      byte[] xml = file("hadoop", name).getBytes(StandardCharsets.UTF_8);
      var root =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(xml))
              .getDocumentElement();
      assertThat(root.getTagName()).isEqualTo("configuration");
      int properties = root.getElementsByTagName("property").getLength();
      assertThat(properties).isPositive();
      assertThat(root.getElementsByTagName("value").getLength()).isEqualTo(properties);
    }
    assertThat(file("hadoop", "core-site.xml")).contains("<name>fs.defaultFS</name>");
  }

  @Test
  void theImageHoldsWhatIsSubmitted() throws IOException {
    String image = Files.readString(FOLDER.resolve("Dockerfile"));
    String version = sparkVersion();
    assertThat(image)
        .contains(
            "ARG BASE=",
            "FROM ${BASE}\n",
            "ARG SPARK=apache/spark:" + version + "-scala2.12-java17")
        .contains("COPY jobs/target/parrot.jar cluster-config/gpu-discovery.sh /opt/parrot/\n");
    for (JsonNode application : applications()) {
      JsonNode spec = spec(application);
      assertThat(spec.path("sparkVersion").asText()).isEqualTo(version);
      assertThat(spec.path("mainApplicationFile").asText())
          .isEqualTo("local:///opt/parrot/parrot.jar");
    }
  }

  private static String sparkVersion() throws IOException {
    return Files.readString(Path.of("../pom.xml"))
        .replaceAll("(?s).*<spark.version>([^<]*)<.*", "$1");
  }
}
