package millrace.peer.queries;

import static org.apache.flink.api.common.typeinfo.TypeInformation.of;

import java.time.Duration;
import millrace.peer.Bid;
import millrace.peer.Event;
import millrace.peer.Events;
import millrace.peer.Maker;
import millrace.peer.Order;
import millrace.peer.RecordSource;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The streams that queries begin with. */
final class Streams {
  private Streams() {}

  /** With event time: records are in order, several of one ms. */
  static DataStream<Event> events(StreamExecutionEnvironment environment, Order order) {
    RecordSource<Event> source = new RecordSource<>(new Events(), order);
    return environment.fromSource(source, WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(1)), "events", of(Event.class));
  }

  static SingleOutputStreamOperator<Bid> bids(StreamExecutionEnvironment environment, Order order) {
    return events(environment, order).filter(event -> event instanceof Bid).map(event -> (Bid) event).returns(Bid.class);
  }

  /** Without event time. */
  static <T> DataStream<T> records(
      StreamExecutionEnvironment environment, Order order, Maker<T> maker, TypeInformation<T> type) {
    return environment.fromSource(new RecordSource<>(maker, order), WatermarkStrategy.noWatermarks(), "records", type);
  }
}
