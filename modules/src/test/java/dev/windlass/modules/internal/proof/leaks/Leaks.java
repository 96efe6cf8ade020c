package dev.windlass.modules.internal.proof.leaks;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.windlass.modules.internal.proof.Host;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.security.Provider;
import java.security.Security;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import tools.jackson.databind.json.JsonMapper;

/** What a module can leave behind; one method for each. */
public final class Leaks {

    private static final ThreadLocal<Object> OWN = new ThreadLocal<>();

    private Leaks() {
    }

    /** A type of the module. */
    public static final class Order {

        public int amount = 7;
    }

    // What holds the module.

    public static void valueInAThreadLocalOfTheHost() {
        Host.onPool(() -> Host.LOCAL.set(new Order()));
    }

    public static void valueInAThreadLocalOfItsOwn() {
        Host.onPool(() -> OWN.set(new Order()));
    }

    public static void timer() {
        new Timer("timer of the module", true).schedule(new TimerTask() {

            @Override
            public void run() {
                cancel();
            }
        }, 3_600_000);
    }

    public static void thread() throws InterruptedException {
        CountDownLatch runs = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("thread of the module").start(() -> {
            runs.countDown();
            untilTheEnd();
        });
        runs.await();
    }

    public static void virtualThread() {
        Thread.ofVirtual().name("virtual thread of the module").start(Leaks::untilTheEnd);
    }

    private static void untilTheEnd() {
        try {
            Host.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public static void shutdownHook() {
        Runtime.getRuntime().addShutdownHook(new Thread(Order::new, "hook of the module"));
    }

    /** A driver for nothing. */
    public static final class NoDriver implements Driver {

        @Override
        public @Nullable Connection connect(String url, Properties info) {
            return null;
        }

        @Override
        public boolean acceptsURL(String url) {
            return false;
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public java.util.logging.Logger getParentLogger() {
            return java.util.logging.Logger.getGlobal();
        }
    }

    public static void driver() throws SQLException {
        DriverManager.registerDriver(new NoDriver());
    }

    /** What the MBean shows. */
    public interface TillMBean {

        int getAmount();
    }

    /** An MBean. */
    public static final class Till implements TillMBean {

        @Override
        public int getAmount() {
            return 7;
        }
    }

    public static void mbean() throws JMException {
        ManagementFactory.getPlatformMBeanServer().registerMBean(new Till(), new ObjectName("shop:type=Till"));
    }

    /** A provider of nothing. */
    public static final class NoProvider extends Provider {

        private static final long serialVersionUID = 1;

        /** Its name. */
        public NoProvider() {
            super("provider of the module", "1", "nothing");
        }
    }

    public static void securityProvider() {
        Security.addProvider(new NoProvider());
    }

    /** A handler that drops everything. */
    public static final class NoHandler extends Handler {

        @Override
        public void publish(LogRecord record) {
            // dropped
        }

        @Override
        public void flush() {
            // nothing there
        }

        @Override
        public void close() {
            // nothing open
        }
    }

    public static void logHandler() {
        LogManager.getLogManager().getLogger("").addHandler(new NoHandler());
    }

    /** An appender that drops everything. */
    public static final class NoAppender extends AppenderBase<ILoggingEvent> {

        @Override
        protected void append(ILoggingEvent event) {
            // dropped
        }
    }

    public static void appender() {
        NoAppender appender = new NoAppender();
        appender.setName("appender of the module");
        appender.start();
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    public static void beanInfo() throws IntrospectionException {
        Introspector.getBeanInfo(Till.class);
    }

    /** A record whose component is of a class of the module. */
    record Line(Order order, int count) {
    }

    /** What the JDK has made to compare components is softly referred to by it. */
    public static void recordsAreCompared() {
        Order order = new Order();
        if (!new Line(order, 1).equals(new Line(order, 1))) {
            throw new IllegalStateException("two lines of one order are one");
        }
    }

    public static void hostWritesItsType() {
        Host.WRITER.writeValueAsString(new Order());
    }

    public static void hostReadsItsType() {
        Host.READER.readValue("{\"amount\":1}", Order.class);
    }

    public static void mapperOfItsOwn() {
        JsonMapper own = JsonMapper.builder().build();
        own.readValue(own.writeValueAsString(new Order()), Order.class);
    }

    public static void meter() {
        GaugeWithCallback.builder().name("shop_orders").help("Orders.").callback(callback -> callback.call(1))
                .register(Host.METERS);
    }

    public static void startsAThreadOfThePool() {
        Host.startAThread();
    }

    public static void scheduledTask() {
        Host.TASKS.put("scheduledTask", Host.SCHEDULER.schedule(() -> new Order().amount, 1, TimeUnit.HOURS));
    }

    public static void valueInAMap() {
        Host.KEPT.put("valueInAMap", new Order());
    }

    public static void callbackOfAFuture() {
        var _ = Host.NEVER.thenApply(text -> new Order().amount + text);
    }

    public static void futureWithATimeout() {
        CompletableFuture<String> future = new CompletableFuture<>();
        var _ = future.thenApply(text -> new Order().amount + text);
        Host.TASKS.put("futureWithATimeout", future);
        future.orTimeout(1, TimeUnit.HOURS);
    }

    public static void defaultHandler() {
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> new Order());
    }

    /** An exception of the module. */
    public static final class Refused extends Exception {

        private static final long serialVersionUID = 1;
    }

    public static void exceptionOfItsOwn() {
        Host.KEPT.put("exceptionOfItsOwn", new Refused());
    }

    public static void exceptionOfTheJdk() {
        Host.KEPT.put("exceptionOfTheJdk", new IllegalStateException("thrown in a module"));
    }

    public static void classValue() {
        Host.KEPT.put("classValue", "none"); // the value is in a class of the host only
        new ClassValue<Order>() {

            @Override
            protected Order computeValue(Class<?> type) {
                return new Order();
            }
        }.get(Host.class);
    }

    // What does not.

    public static void nothing() {
        new Order().amount++;
    }

    @SuppressWarnings("DeadThread") // that is the point
    public static void threadThatWasNeverStarted() {
        new Thread(Leaks::untilTheEnd, "never started");
    }

    public static void lambdaProxyAndStream() {
        Runnable proxy = (Runnable) Proxy.newProxyInstance(Leaks.class.getClassLoader(),
                new Class<?>[]{Runnable.class}, (self, method, arguments) -> null);
        proxy.run();
        IntStream.range(0, 1000).parallel().mapToObj(i -> new Order()).toList().forEach(order -> order.amount++);
    }

    /** A level of the module. */
    public static final class OwnLevel extends Level {

        private static final long serialVersionUID = 1;

        OwnLevel() {
            super("LEVEL_OF_THE_MODULE", 77);
        }
    }

    public static void ownLogLevelAndMdc() {
        new OwnLevel().getName();
        MDC.put("order", "7");
        LoggerFactory.getLogger(Leaks.class).debug("seven");
        MDC.clear();
    }

    public static void threadLocalOfJdkValues() {
        Host.onPool(() -> OWN.set("seven"));
    }

    public static void endedThreads() throws InterruptedException {
        for (Thread thread : List.of(Thread.ofVirtual().start(Order::new), Thread.ofPlatform().start(Order::new))) {
            thread.join();
        }
    }
}
