package millrace.peer;

import static millrace.peer.Draws.draw;

/** Makes the auction stream: every event with all of its fields, its texts built. */
public final class Events implements Maker<Event> {
  private static final int EVENTS_PER_EPOCH = 50;
  private static final int ID_FIRST = 1000;
  private static final String[] FIRST_NAMES = {"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie"};
  private static final String[] LAST_NAMES = {"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones"};
  private static final String[] CITIES = {"Phoenix", "Palo_Alto", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent"};
  private static final String[] STATES = {"AZ", "CA", "ID", "OR", "WA", "WY"};
  private static final String[] CHANNELS = {"Google", "Facebook", "Baidu", "Apple"};

  @Override
  public Event make(int n) {
    int epoch = n / EVENTS_PER_EPOCH;
    int place = n % EVENTS_PER_EPOCH;
    long ts = Event.timeOf(n);
    if (place == 0) {
      return person(n, epoch, ts);
    }
    return place < 4 ? auction(n, epoch, place, ts) : bid(n, epoch, ts);
  }

  private static Person person(int n, int epoch, long ts) {
    int id = ID_FIRST + epoch;
    String name = FIRST_NAMES[draw(n, 1, 8)] + " " + LAST_NAMES[draw(n, 2, 8)];
    return new Person(id, name, "p" + id + "@example.com", CITIES[draw(n, 3, 8)], STATES[draw(n, 4, 6)], ts);
  }

  private static Auction auction(int n, int epoch, int place, long ts) {
    int id = ID_FIRST + epoch * 3 + place - 1;
    int seller = draw(n, 1, 4) != 0 ? hot(epoch) : near(epoch, draw(n, 2, 1000));
    int initialBid = price(draw(n, 4));
    int reserve = initialBid + price(draw(n, 5));
    long expires = ts + 1 + draw(n, 6, 20_000);
    return new Auction(id, seller, 10 + draw(n, 3, 5), initialBid, reserve, expires, "item-" + draw(n, 7, 10_000), ts);
  }

  private static Bid bid(int n, int epoch, long ts) {
    int last = epoch * 3 + 2;
    int auction = draw(n, 1, 2) != 0 ? hot(last) : near(last, draw(n, 2, 100));
    int bidder = draw(n, 3, 4) != 0 ? hot(epoch) : near(epoch, draw(n, 4, 1000));
    String channel = CHANNELS[draw(n, 6, 4)];
    String url = "https://www.nexmark.com/" + channel + "/item.htm?query=1&id=" + draw(n, 7, 1000);
    return new Bid(auction, bidder, price(draw(n, 5)), channel, url, ts);
  }

  /** The id that most records of its hundred go to. */
  private static int hot(int last) {
    return ID_FIRST + last / 100 * 100;
  }

  private static int near(int last, int back) {
    return ID_FIRST + Math.max(0, last - back);
  }

  /** A power law: the draw's low bits choose how many of its high bits stay. */
  private static int price(int bits) {
    return 100 + (bits >>> (8 + (bits & 15)));
  }
}
