package dev.windlass.controller;

import dev.windlass.kubernetes.Informers;
import dev.windlass.kubernetes.ResourceType;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.HangPolicy;
import dev.windlass.lifecycle.Leadership;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.Unit;
import dev.windlass.workqueue.RateLimiter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A controller: what it watches, and the reconciler that it asks. The unit {@code controller/NAME}; on each connected cluster
 * of its manager, now and later, it has an engagement {@code cluster/CLUSTER/NAME} with a queue and workers of its own.
 * Stopping the controller stops its engagements; starting it brings them back with the work that was left. Immutable.
 *
 * @param <T> the Java class of the objects that it reconciles
 */
public final class Controller<T extends HasMetadata> implements Unit<ControllerHandle<T>> {

    static final String PREFIX = "controller/";

    private final Builder<T> definition;
    private final String name;
    private final Watch<T> primary;
    private final List<Watch<?>> watches;
    private final Reconciler<T> reconciler;
    private final RunnableSpec spec;

    private Controller(Builder<T> builder, Reconciler<T> reconciler) {
        this.definition = builder.copy();
        this.reconciler = reconciler;
        ResourceType<T> resource = builder.spec.resource();
        String given = builder.name;
        name = notReserved(given == null ? resource.kind().toLowerCase(Locale.ROOT) : given);
        primary = Watch.primary(builder.spec, builder.predicate);
        List<Watch<?>> all = new ArrayList<>();
        all.add(primary);
        all.addAll(builder.watches);
        watches = List.copyOf(all);
        spec = RunnableSpec.builder(PREFIX + name)
                .kind("Controller")
                .drains(true)
                .signalsReadiness(true)
                .warmsUp(true)
                .stop(builder.stop)
                .onHang(builder.onHang)
                .priority(builder.priority)
                .leadership(builder.leadership)
                .build();
    }

    /** The name of a controller from that of its unit, which may be inside of another one. */
    static String nameOf(String unit) {
        return unit.substring(unit.lastIndexOf(PREFIX) + PREFIX.length());
    }

    /** In the scope of each cluster an engagement has the controller's name beside the unit that runs the watches. */
    private static String notReserved(String name) {
        if (name.equals(Informers.NAME)) {
            throw new IllegalArgumentException("controller name \"" + name + "\" is taken on each cluster by the unit "
                    + "cluster/CLUSTER/" + name + ", which runs its watches: choose another with named(…)");
        }
        return name;
    }

    /**
     * Starts the description of a controller for a kind.
     *
     * @throws IllegalArgumentException when the class does not say which kind it is
     */
    public static <T extends HasMetadata> Builder<T> builder(Class<T> type) {
        return new Builder<>(WatchSpec.of(type));
    }

    /** Starts the description of a controller for some objects of a kind: of one namespace, or with certain labels. */
    public static <T extends HasMetadata> Builder<T> builder(WatchSpec<T> objects) {
        return new Builder<>(objects);
    }

    /** The name, without the prefix of the unit. */
    public String name() {
        return name;
    }

    /** The kind that it reconciles. */
    public ResourceType<T> resource() {
        return primary.spec().resource();
    }

    /** How many reconciliations may run at once, on each cluster. */
    public int workers() {
        return definition.workers;
    }

    /** A builder that starts from this controller. */
    public Builder<T> toBuilder() {
        return definition.copy();
    }

    Watch<T> primary() {
        return primary;
    }

    List<Watch<?>> watches() {
        return watches;
    }

    Reconciler<T> reconciler() {
        return reconciler;
    }

    RateLimiter rateLimiter() {
        return definition.rateLimiter;
    }

    Duration syncTimeout() {
        return definition.syncTimeout;
    }

    @Nullable
    Duration reconcileTimeout() {
        return definition.reconcileTimeout;
    }

    Leadership leadership() {
        return definition.leadership;
    }

    PriorityClass priority() {
        return definition.priority;
    }

    /** What an engagement needs at most, with so many workers at work. A watch that others share is counted for each. */
    Cost cost(long watches, long concurrency) {
        return Cost.of(CostDimension.WATCHES, watches).and(CostDimension.CONNECTIONS, watches)
                .and(CostDimension.CONCURRENCY, concurrency);
    }

    /** How many watches an engagement opens, those added later not counted. */
    long watchCount() {
        return watches.stream().map(Watch::spec).distinct().count();
    }

    /** The same with what a specification has of it by now. */
    Controller<T> with(RunnableSpec now) {
        return now.priority() == definition.priority && now.stop().equals(definition.stop)
                && now.onHang().equals(definition.onHang)
                        ? this
                        : toBuilder().priority(now.priority()).stop(now.stop()).onHang(now.onHang()).build();
    }

    /** What is another one in a description, and cannot become so while it runs. */
    List<String> differencesBeyondReconfigure(Controller<T> other) {
        Builder<T> mine = definition;
        Builder<T> theirs = other.definition;
        Map<String, Boolean> same = new LinkedHashMap<>();
        same.put("name", name.equals(other.name));
        same.put("kind or selection", mine.spec.equals(theirs.spec));
        same.put("filter", mine.predicate.equals(theirs.predicate));
        same.put("watch", mine.watches.equals(theirs.watches));
        same.put("reconciler", reconciler.equals(other.reconciler));
        same.put("sync timeout", mine.syncTimeout.equals(theirs.syncTimeout));
        same.put("reconcile timeout", Objects.equals(mine.reconcileTimeout, theirs.reconcileTimeout));
        same.put("leadership", mine.leadership == theirs.leadership);
        same.put("choice of clusters", mine.clusters.equals(theirs.clusters));
        return same.entrySet().stream().filter(entry -> !entry.getValue()).map(Map.Entry::getKey).toList();
    }

    boolean serves(String cluster) {
        return definition.clusters.test(cluster);
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return new ControllerRun<>(this);
    }

    @Override
    public ControllerHandle<T> handle(RunnableHandle base) {
        return new ControllerHandle<>(base, new Amendments());
    }

    @Override
    public ControllerHandle<T> handle(RunnableHandle base, RunnableHandle before) {
        return before instanceof ControllerHandle<?> other
                ? new ControllerHandle<>(base, other.amendments())
                : handle(base);
    }

    @Override
    public String toString() {
        return spec.name();
    }

    /**
     * Describes a controller. Not thread-safe.
     *
     * @param <T> the Java class of the objects that it reconciles
     */
    public static final class Builder<T extends HasMetadata> {

        private final WatchSpec<T> spec;
        private final List<Watch<?>> watches = new ArrayList<>();
        private Predicate<T> predicate = Predicate.all();
        private @Nullable String name;
        private @Nullable Reconciler<T> reconciler;
        private int workers = 1;
        private RateLimiter rateLimiter = RateLimiter.exponential();
        private Duration syncTimeout = Duration.ofMinutes(2);
        private @Nullable Duration reconcileTimeout;
        private StopOptions stop = StopOptions.defaults();
        private HangPolicy onHang = HangPolicy.keep();
        private PriorityClass priority = PriorityClass.NORMAL;
        private Leadership leadership = Leadership.LEADER;
        private java.util.function.Predicate<String> clusters = cluster -> true;

        private Builder(WatchSpec<T> spec) {
            this.spec = spec;
        }

        private Builder<T> copy() {
            Builder<T> copy = new Builder<>(spec);
            copy.watches.addAll(watches);
            copy.predicate = predicate;
            copy.name = name;
            copy.reconciler = reconciler;
            copy.workers = workers;
            copy.rateLimiter = rateLimiter;
            copy.syncTimeout = syncTimeout;
            copy.reconcileTimeout = reconcileTimeout;
            copy.stop = stop;
            copy.onHang = onHang;
            copy.priority = priority;
            copy.leadership = leadership;
            copy.clusters = clusters;
            return copy;
        }

        /**
         * The name, one segment of a unit's name; by default the kind in lower case.
         *
         * @throws IllegalArgumentException when it is not legal, or {@code informers}
         */
        public Builder<T> named(String value) {
            if (value.contains("/")) {
                throw new IllegalArgumentException("controller name \"" + value + "\" must not contain \"/\"");
            }
            RunnableSpec.named(value); // checks the rest
            this.name = notReserved(value);
            return this;
        }

        /** Which changes of the reconciled objects themselves count. Called again, both must let a change through. */
        public Builder<T> filter(Predicate<T> which) {
            predicate = predicate.and(which);
            return this;
        }

        /** Reconciles an object whenever something that it controls changes. */
        public <S extends HasMetadata> Builder<T> owns(Class<S> type) {
            return owns(WatchSpec.of(type), Predicate.all());
        }

        /** Reconciles an object whenever something that it controls changes in a way that counts. */
        public <S extends HasMetadata> Builder<T> owns(Class<S> type, Predicate<S> which) {
            return owns(WatchSpec.of(type), which);
        }

        /** Reconciles an object whenever something that it controls changes in a way that counts. */
        public <S extends HasMetadata> Builder<T> owns(WatchSpec<S> objects, Predicate<S> which) {
            Watch<S> watch = Watch.owned(objects, which, spec.resource());
            if (watches.stream().anyMatch(other -> other.id().equals(watch.id()))) {
                throw new IllegalArgumentException(
                        "the controller " + watch.id() + " already: combine the predicates of the two");
            }
            watches.add(watch);
            return this;
        }

        /** Reconciles what a function makes of each object of a kind that comes, changes or goes. */
        public <S extends HasMetadata> Builder<T> watches(Class<S> type, Mapper<S> mapper) {
            return watches(WatchSpec.of(type), mapper, Predicate.all());
        }

        /** Reconciles what a function makes of each object of a kind that comes, changes or goes in a way that counts. */
        public <S extends HasMetadata> Builder<T> watches(Class<S> type, Mapper<S> mapper, Predicate<S> which) {
            return watches(WatchSpec.of(type), mapper, which);
        }

        /** Reconciles what a function makes of each object that comes, changes or goes in a way that counts. */
        public <S extends HasMetadata> Builder<T> watches(WatchSpec<S> objects, Mapper<S> mapper, Predicate<S> which) {
            watches.add(Watch.mapped(watches.size() + 1, objects, which, mapper));
            return this;
        }

        /**
         * How many reconciliations may run at once, on each cluster; 1 by default.
         *
         * @throws IllegalArgumentException when it is less than 1
         */
        public Builder<T> workers(int count) {
            if (count < 1) {
                throw new IllegalArgumentException(
                        "a controller with " + count + " workers would never reconcile: use at least 1");
            }
            this.workers = count;
            return this;
        }

        /** What is asked to reconcile. Required. */
        public Builder<T> reconciler(Reconciler<T> value) {
            this.reconciler = value;
            return this;
        }

        /** How long an object waits after a failure; per object exponential from 5 ms to 1000 s by default. */
        public Builder<T> rateLimiter(RateLimiter value) {
            this.rateLimiter = value;
            return this;
        }

        /** How long an engagement may take to sync before it is {@code DEGRADED}; 2 min by default. It goes on trying. */
        public Builder<T> syncTimeout(Duration value) {
            this.syncTimeout = positive("sync timeout", value);
            return this;
        }

        /** After how long a reconciliation is interrupted and counts as failed; by default never. */
        public Builder<T> reconcileTimeout(Duration value) {
            this.reconcileTimeout = positive("reconcile timeout", value);
            return this;
        }

        /** How the controller and its engagements are stopped when the caller does not say. */
        public Builder<T> stop(StopOptions value) {
            this.stop = value;
            return this;
        }

        /** What follows when a reconciliation does not end with its engagement: by default its thread is kept, and its key. */
        public Builder<T> onHang(HangPolicy value) {
            this.onHang = value;
            return this;
        }

        /** Who gives way to whom when a quota does not suffice for all; {@code NORMAL} by default. */
        public Builder<T> priority(PriorityClass value) {
            this.priority = value;
            return this;
        }

        /**
         * Whether the controller works only where its manager leads; {@code LEADER} by default, which makes no difference in a
         * manager without an {@link dev.windlass.lifecycle.Manager.Builder#elector elector}. {@code ALWAYS} is for what may run
         * everywhere at once.
         */
        public Builder<T> leadership(Leadership value) {
            this.leadership = value;
            return this;
        }

        /**
         * Which clusters, by name, the controller works on; all by default. The function is asked on threads of the controller: of all
         * clusters at its start, and of one that it does not work on whenever that is connected. While it throws at a cluster, the
         * controller is {@code DEGRADED} with what was thrown.
         */
        public Builder<T> clusters(java.util.function.Predicate<String> which) {
            this.clusters = which;
            return this;
        }

        /**
         * The controller.
         *
         * @throws IllegalStateException when there is no reconciler
         */
        public Controller<T> build() {
            Reconciler<T> given = reconciler;
            if (given == null) {
                throw new IllegalStateException("the controller for " + spec.resource().resource()
                        + " has no reconciler: call reconciler(…) before build()");
            }
            return new Controller<>(this, Objects.requireNonNull(given));
        }

        private static Duration positive(String what, Duration value) {
            if (!value.isPositive()) {
                throw new IllegalArgumentException("the " + what + " is " + value + ": it must be positive");
            }
            return value;
        }
    }
}
