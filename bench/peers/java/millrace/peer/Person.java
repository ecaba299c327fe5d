package millrace.peer;

public final class Person extends Event {
  public final int id;
  public final String name;
  public final String email;
  public final String city;
  public final String state;

  public Person(int id, String name, String email, String city, String state, long ts) {
    super(ts);
    this.id = id;
    this.name = name;
    this.email = email;
    this.city = city;
    this.state = state;
  }
}
