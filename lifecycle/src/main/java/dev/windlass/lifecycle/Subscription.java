package dev.windlass.lifecycle;

/** A listener's place in the event stream. Closing it ends the deliveries. */
public interface Subscription extends Registration {

    /** How many events this listener has lost because it was too slow. After a loss it is told the current states. */
    long dropped();
}
