package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a manager needs to know of a unit before it runs. Immutable.
 *
 * <p>Defaults: kind {@code Task}, group {@link Group#OTHERS} and {@link Leadership#ALWAYS}, no labels, no dependencies, not required, ready as soon as its
 * code is entered, nothing to drain, not warmed up, {@link StopOptions#defaults()}, {@link HangPolicy#keep()}, the policies of its place ({@link RestartPolicy#never()}
 * and {@link FailurePolicy#STOP_MANAGER} at the root, {@link RestartPolicy#onFailure()} and {@link FailurePolicy#ISOLATE} in a
 * scope), priority {@link PriorityClass#NORMAL}, no cost, no limits for what is inside.
 */
public final class RunnableSpec {

    private static final int MAX_NAME = 253;

    private final String name;
    private final long revision;
    private final String kind;
    private final Group group;
    private final Leadership leadership;
    private final Map<String, String> labels;
    private final Set<String> dependsOn;
    private final boolean required;
    private final boolean signalsReadiness;
    private final boolean drains;
    private final boolean warmsUp;
    private final StopOptions stop;
    private final @Nullable FailurePolicy onFailure;
    private final @Nullable RestartPolicy restart;
    private final HangPolicy onHang;
    private final PriorityClass priority;
    private final Cost cost;
    private final Limits limits;

    private RunnableSpec(Builder builder) {
        name = builder.name;
        revision = builder.revision;
        kind = builder.kind;
        group = builder.chosenGroup();
        leadership = builder.chosenLeadership();
        labels = Map.copyOf(builder.labels);
        dependsOn = builder.dependsOn.isEmpty()
                ? Set.of()
                : Collections.unmodifiableSet(new TreeSet<>(builder.dependsOn));
        required = builder.required;
        signalsReadiness = builder.signalsReadiness;
        drains = builder.drains;
        warmsUp = builder.warmsUp;
        stop = builder.stop;
        onFailure = builder.onFailure;
        restart = builder.restart;
        onHang = builder.onHang;
        priority = builder.priority;
        cost = builder.cost;
        limits = builder.limits;
    }

    /**
     * A specification with nothing but a name.
     *
     * @throws IllegalArgumentException when the name is not legal, see {@link #builder(String)}
     */
    public static RunnableSpec named(String name) {
        return builder(name).build();
    }

    /**
     * Starts a specification.
     *
     * @param name a path of segments separated by {@code /}: letters, digits, {@code -}, {@code .}, {@code _}, starting and
     *     ending with a letter or digit; at most 253 characters
     * @throws IllegalArgumentException when the name is not legal
     */
    public static Builder builder(String name) {
        return new Builder(checkedName(name));
    }

    /** A builder that starts from this specification. */
    public Builder toBuilder() {
        Builder builder = new Builder(name).kind(kind).required(required)
                .signalsReadiness(signalsReadiness).drains(drains).warmsUp(warmsUp).stop(stop)
                .priority(priority).cost(cost).limits(limits);
        // Not what only follows from the other of the two, so that either can be declared anew.
        builder.group = group == Group.OTHERS || group == Group.LEADER_ELECTED ? null : group;
        builder.leadership = leadership == Leadership.LEADER ? leadership : null;
        builder.revision = revision;
        builder.labels.putAll(labels);
        builder.dependsOn.addAll(dependsOn);
        builder.onFailure = onFailure;
        builder.restart = restart;
        builder.onHang = onHang;
        return builder;
    }

    /** The name, relative to the scope that the unit is added to. */
    public String name() {
        return name;
    }

    /** How often the specification of the unit was changed, from 1: by {@link RunnableHandle#reconfigure} and by a replace. */
    public long revision() {
        return revision;
    }

    RunnableSpec withRevision(long number) {
        Builder builder = toBuilder();
        builder.revision = number;
        return builder.build();
    }

    /** What differs in another specification and is fixed at a start: {@code group OTHERS → CACHES}. */
    List<String> fixedDifferences(RunnableSpec other) {
        List<String> found = new ArrayList<>();
        compare("name", name, other.name, found);
        compare("kind", kind, other.kind, found);
        compare("group", group, other.group, found);
        compare("leadership", leadership, other.leadership, found);
        compare("dependsOn", dependsOn, other.dependsOn, found);
        compare("signalsReadiness", signalsReadiness, other.signalsReadiness, found);
        compare("drains", drains, other.drains, found);
        compare("warmsUp", warmsUp, other.warmsUp, found);
        compare("cost", cost, other.cost, found);
        compare("limits", limits, other.limits, found);
        return found;
    }

    private static void compare(String what, Object mine, Object others, List<String> differences) {
        if (!mine.equals(others)) {
            differences.add(what + " " + mine + " → " + others);
        }
    }

    /** What sort of thing it is, for people: {@code Task}, {@code Cluster}, {@code Controller}. */
    public String kind() {
        return kind;
    }

    /** When it starts and stops among the units at the root. */
    public Group group() {
        return group;
    }

    /** Whether it runs only where its manager leads. What is inside of such a unit does too, whatever it says. */
    public Leadership leadership() {
        return leadership;
    }

    /** Free labels. */
    public Map<String, String> labels() {
        return labels;
    }

    /** Full names of the units that must be ready before this one starts, and that stop after it. */
    public Set<String> dependsOn() {
        return dependsOn;
    }

    /** Whether the groups after its own wait until it is ready. */
    public boolean required() {
        return required;
    }

    /** Whether the unit calls {@link RunnableContext#ready()}; otherwise it is ready as soon as its code is entered. */
    public boolean signalsReadiness() {
        return signalsReadiness;
    }

    /** Whether the unit has work to finish when it is told to stop; otherwise a stop cancels it at once. */
    public boolean drains() {
        return drains;
    }

    /**
     * Whether the unit calls {@link RunnableContext#takeOver()} once it is warm, and does nothing to the outside before that
     * returns; so it can get warm beside the generation that it replaces.
     */
    public boolean warmsUp() {
        return warmsUp;
    }

    /** How it is stopped when the caller does not say. */
    public StopOptions stop() {
        return stop;
    }

    /** Whether it is started again when it ends by itself; null for the default of its place. */
    public @Nullable RestartPolicy restart() {
        return restart;
    }

    /** What follows when it has been quarantined and does not end. */
    public HangPolicy onHang() {
        return onHang;
    }

    /** What follows a failure after which it is not restarted; null for the default of its place. */
    public @Nullable FailurePolicy onFailure() {
        return onFailure;
    }

    /** Who gives way to whom when a quota does not suffice for all. */
    public PriorityClass priority() {
        return priority;
    }

    /** What the unit needs at most while it runs, without the units inside; a quota admits it by that. */
    public Cost cost() {
        return cost;
    }

    /** What this unit and all units inside may cost together. A quota that is set at run time overrules it. */
    public Limits limits() {
        return limits;
    }

    @Override
    public String toString() {
        return kind + " " + name;
    }

    static String checkedName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "unit name \"%s\" has %d characters: use 1 to %d".formatted(name, name.length(), MAX_NAME));
        }
        int from = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || name.charAt(i) == '/') {
                if (!legalSegment(name, from, i)) {
                    throw new IllegalArgumentException(
                            "unit name \"%s\": the part \"%s\" is not legal: use letters, digits, '-', '.' and '_',"
                                    .formatted(name, name.substring(from, i))
                                    + " starting and ending with a letter or digit");
                }
                from = i + 1;
            }
        }
        return name;
    }

    private static boolean legalSegment(String name, int from, int to) {
        if (from == to || !isLetterOrDigit(name.charAt(from)) || !isLetterOrDigit(name.charAt(to - 1))) {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = name.charAt(i);
            if (!isLetterOrDigit(c) && c != '-' && c != '.' && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** Collects a {@link RunnableSpec}. Not thread-safe. */
    public static final class Builder {

        private final String name;
        private long revision = 1;
        private String kind = "Task";
        private @Nullable Group group;
        private @Nullable Leadership leadership;
        private final Map<String, String> labels = new TreeMap<>();
        private final Set<String> dependsOn = new TreeSet<>();
        private boolean required;
        private boolean signalsReadiness;
        private boolean drains;
        private boolean warmsUp;
        private StopOptions stop = StopOptions.defaults();
        private @Nullable FailurePolicy onFailure;
        private @Nullable RestartPolicy restart;
        private HangPolicy onHang = HangPolicy.keep();
        private PriorityClass priority = PriorityClass.NORMAL;
        private Cost cost = Cost.none();
        private Limits limits = Limits.none();

        private Builder(String name) {
            this.name = name;
        }

        /** See {@link RunnableSpec#kind()}. */
        public Builder kind(String value) {
            kind = value;
            return this;
        }

        /** See {@link RunnableSpec#group()}. In {@link Group#LEADER_ELECTED} a unit is {@link Leadership#LEADER}. */
        public Builder group(Group value) {
            group = value;
            return this;
        }

        /** See {@link RunnableSpec#leadership()}. A unit that is {@link Leadership#LEADER} is in {@link Group#LEADER_ELECTED}. */
        public Builder leadership(Leadership value) {
            leadership = value;
            return this;
        }

        private Group chosenGroup() {
            return group != null ? group : leadership == Leadership.LEADER ? Group.LEADER_ELECTED : Group.OTHERS;
        }

        private Leadership chosenLeadership() {
            return leadership != null
                    ? leadership
                    : group == Group.LEADER_ELECTED ? Leadership.LEADER : Leadership.ALWAYS;
        }

        /** Adds a label. */
        public Builder label(String key, String value) {
            labels.put(key, value);
            return this;
        }

        /** Takes a label away, if there is one. */
        public Builder withoutLabel(String key) {
            labels.remove(key);
            return this;
        }

        /**
         * Adds dependencies by their full names. A name that does not exist keeps the unit pending until it does; {@code a/b}
         * is taken to be inside of {@code a} then.
         *
         * @throws IllegalArgumentException when a name is not legal
         */
        public Builder dependsOn(String... names) {
            List<String> checked = new ArrayList<>(names.length);
            for (String dependency : names) {
                checked.add(checkedName(dependency));
            }
            dependsOn.addAll(checked);
            return this;
        }

        /** See {@link RunnableSpec#required()}. */
        public Builder required(boolean value) {
            required = value;
            return this;
        }

        /** See {@link RunnableSpec#signalsReadiness()}. */
        public Builder signalsReadiness(boolean value) {
            signalsReadiness = value;
            return this;
        }

        /** See {@link RunnableSpec#drains()}. */
        public Builder drains(boolean value) {
            drains = value;
            return this;
        }

        /** See {@link RunnableSpec#warmsUp()}. */
        public Builder warmsUp(boolean value) {
            warmsUp = value;
            return this;
        }

        /** See {@link RunnableSpec#stop()}. */
        public Builder stop(StopOptions value) {
            stop = value;
            return this;
        }

        /** See {@link RunnableSpec#restart()}. */
        public Builder restart(RestartPolicy value) {
            restart = value;
            return this;
        }

        /** See {@link RunnableSpec#onHang()}. */
        public Builder onHang(HangPolicy value) {
            onHang = value;
            return this;
        }

        /** See {@link RunnableSpec#onFailure()}. */
        public Builder onFailure(FailurePolicy value) {
            onFailure = value;
            return this;
        }

        /** See {@link RunnableSpec#priority()}. */
        public Builder priority(PriorityClass value) {
            priority = value;
            return this;
        }

        /** See {@link RunnableSpec#cost()}. */
        public Builder cost(Cost value) {
            cost = value;
            return this;
        }

        /** See {@link RunnableSpec#limits()}. */
        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        /**
         * The specification.
         *
         * @throws IllegalArgumentException when the group and the leadership contradict each other, or the leadership is {@link
         *     Leadership#SHARDED}, which is not possible yet
         */
        public RunnableSpec build() {
            if (leadership == Leadership.SHARDED) {
                throw new IllegalArgumentException(
                        "unit \"%s\" is declared SHARDED, which is not possible yet:".formatted(name)
                                + " use LEADER for one process, or ALWAYS and share the work out yourself");
            }
            if ((chosenGroup() == Group.LEADER_ELECTED) != (chosenLeadership() == Leadership.LEADER)) {
                throw new IllegalArgumentException(
                        "unit \"%s\" is declared %s in the group %s: declare one of the two; "
                                .formatted(name, leadership, group) + "LEADER goes with LEADER_ELECTED");
            }
            return new RunnableSpec(this);
        }
    }
}
