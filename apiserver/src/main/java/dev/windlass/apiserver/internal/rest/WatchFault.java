package dev.windlass.apiserver.internal.rest;

/**
 * How a watch is to misbehave.
 *
 * @param events
 *            how many events it tells before it ends
 * @param bookmarks
 *            how often it tells each bookmark
 * @param lateBookmarks
 *            whether it tells a bookmark only after the event that follows it, which is then older than what the client has seen
 * @param expired
 *            whether it says at once that its history is gone
 */
public record WatchFault(long events, int bookmarks, boolean lateBookmarks, boolean expired) {
    static final WatchFault NONE = new WatchFault(Long.MAX_VALUE, 1, false, false);

    public static WatchFault endingAfter(long events) {
        return new WatchFault(events, 1, false, false);
    }

    public static WatchFault doublingBookmarks() {
        return new WatchFault(Long.MAX_VALUE, 2, false, false);
    }

    public static WatchFault delayingBookmarks() {
        return new WatchFault(Long.MAX_VALUE, 1, true, false);
    }

    public static WatchFault expiring() {
        return new WatchFault(Long.MAX_VALUE, 1, false, true);
    }
}
