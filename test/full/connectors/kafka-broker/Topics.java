import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What tests ask of Kafka's own clients: `create BROKER PARTITIONS TOPIC...`, `fill BROKER TOPIC COUNT` (with transactions that are aborted in between), `read BROKER TOPIC` (what readers of
 * committed messages see: values, a line each).
 */
public class Topics {
  public static void main(String[] args) throws Exception {
    var settings = new Properties();
    settings.put("bootstrap.servers", args[1]);
    switch (args[0]) {
      case "create" -> create(settings, Integer.parseInt(args[2]), List.of(args).subList(3, args.length));
      case "fill" -> fill(settings, args[2], Integer.parseInt(args[3]));
      default -> read(settings, args[2]);
    }
  }

  static void create(Properties settings, int partitions, List<String> names) throws Exception {
    try (var admin = Admin.create(settings)) {
      admin.createTopics(names.stream().map(name -> new NewTopic(name, partitions, (short) 1)).toList()).all().get();
    }
  }

  static void fill(Properties settings, String topic, int count) {
    settings.putAll(Map.of("transactional.id", "fill", "linger.ms", "20"));
    settings.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    settings.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    try (var producer = new KafkaProducer<String, String>(settings)) {
      producer.initTransactions();
      for (int n = 0; n < count;) {
        producer.beginTransaction();
        for (int i = 0; i < 100; i++) producer.send(new ProducerRecord<>(topic, "x" + i, "aborted"));
        producer.flush();
        producer.abortTransaction();
        producer.beginTransaction();
        for (int end = Math.min(count, n + 2000); n < end; n++) {
          var message = new ProducerRecord<>(topic, null, 1_000L + n, "key" + n % 100, Integer.toString(n));
          message.headers().add("parity", (n % 2 == 0 ? "even" : "odd").getBytes());
          producer.send(message);
        }
        producer.commitTransaction();
      }
    }
  }

  static void read(Properties settings, String topic) {
    settings.put("isolation.level", "read_committed");
    settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    settings.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    try (var consumer = new KafkaConsumer<String, String>(settings)) {
      var partitions = new ArrayList<TopicPartition>();
      for (var info : consumer.partitionsFor(topic)) partitions.add(new TopicPartition(topic, info.partition()));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      var out = new StringBuilder();
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition)))
        for (var message : consumer.poll(Duration.ofMillis(200))) out.append(message.value()).append('\n');
      System.out.print(out);
    }
  }
}
