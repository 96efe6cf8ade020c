package dev.windlass.lifecycle;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** The log of the tests: keeps the newest warnings and errors, with their key values in front. */
public final class RecordedLog implements SLF4JServiceProvider {

    private static final int MOST = 1_000;
    private static final Queue<String> LINES = new ConcurrentLinkedQueue<>();
    private static final AtomicLong COUNT = new AtomicLong();
    private static final AtomicLong DEFECTS = new AtomicLong();

    private static volatile @Nullable Held held;

    /** Where a thread waits, and for how long. */
    private record Held(String text, CountDownLatch over) {
    }

    private final BasicMarkerFactory markers = new BasicMarkerFactory();
    private final NOPMDCAdapter mdc = new NOPMDCAdapter();

    /** The lines that contain this text. */
    public static List<String> lines(String text) {
        return LINES.stream().filter(line -> line.contains(text)).toList();
    }

    /** Holds up whoever logs a line with this text, until that is over: what stands in a test for a thread that is slow just there. */
    static void hold(String text, CountDownLatch over) {
        held = new Held(text, over);
    }

    /** How many defects of the engine itself have been logged. */
    public static long defects() {
        return DEFECTS.get();
    }

    private static void record(String line) {
        Held point = held;
        if (point != null && line.contains(point.text())) {
            held = null;
            Trial.await(point.over());
        }
        LINES.add(line);
        if (line.contains("please report this")) {
            DEFECTS.incrementAndGet();
        }
        if (COUNT.incrementAndGet() > MOST) {
            LINES.poll();
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return Recorder::new;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return mdc;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {
        // There is nothing to prepare.
    }

    private static final class Recorder extends AbstractLogger implements LoggingEventAware {

        private static final long serialVersionUID = 1;

        Recorder(String name) {
            this.name = name;
        }

        @Override
        public void log(LoggingEvent event) {
            List<?> pairs = event.getKeyValuePairs();
            String keys = pairs == null
                    ? ""
                    : pairs.stream().map(String::valueOf).collect(Collectors.joining(" ", "", " "));
            record(event.getLevel() + " " + keys + MessageFormatter.basicArrayFormat(event.getMessage(),
                    event.getArgumentArray()));
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(Level level, @Nullable Marker marker, String message,
                Object @Nullable [] arguments, @Nullable Throwable thrown) {
            record(level + " " + MessageFormatter.basicArrayFormat(message, arguments));
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isTraceEnabled(Marker marker) {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled(Marker marker) {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled(Marker marker) {
            return false;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled(Marker marker) {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled(Marker marker) {
            return true;
        }
    }
}
