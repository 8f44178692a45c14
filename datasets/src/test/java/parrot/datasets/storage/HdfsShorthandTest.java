package parrot.datasets.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class HdfsShorthandTest {
  @Test
  void completesAddressesWhereTheConfigurationNamesAnHdfs() {
    Configuration configuration = new Configuration(false);
    String text = "data: [hdfs:///shards/a, /shards/b]\nout: hdfs://other:1/c";
    assertThat(HdfsShorthand.expand(text, configuration)).isEqualTo(text);

    configuration.set(HdfsShorthand.SETTING, "hdfs://127.0.0.1:9000");
    assertThat(HdfsShorthand.expand(text, configuration))
        .isEqualTo("data: [hdfs://127.0.0.1:9000/shards/a, /shards/b]\nout: hdfs://other:1/c");
  }
}
