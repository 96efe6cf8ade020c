package dev.windlass.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps limits as a file has them: the unit {@code limits-file}. It looks each second, and sets the limits when the file has
 * changed, and those of a unit also when that has been removed and added again; what others set meanwhile holds until then.
 * Immutable.
 *
 * <p>A line has limits as {@link Limits#parse} reads them, of the manager, or after {@code NAME:} of a unit. Several lines of one scope
 * count together. What follows a {@code #} is a comment.
 *
 * <pre>
 * watches=40, concurrency=16
 * cluster/north: watches=10   # waits until there is such a unit
 * </pre>
 *
 * A file that is gone, cannot be read or has a mistake changes nothing: the limits stay, and the unit is {@code DEGRADED} and names
 * file and line. So that half a file is not taken for all of it, a change counts when it has been there for two looks.
 */
public final class LimitsFile implements Unit<RunnableHandle> {

    private static final String NAME = "limits-file";
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Path file;

    private LimitsFile(Path file) {
        this.file = file;
    }

    /** The limits of a file, which need not exist yet. */
    public static LimitsFile at(Path file) {
        return new LimitsFile(file);
    }

    @Override
    public RunnableSpec spec() {
        return RunnableSpec.builder(NAME).kind("LimitsFile").signalsReadiness(true).priority(PriorityClass.SYSTEM)
                .build();
    }

    @Override
    public ManagedRunnable newInstance() {
        return new Watch(file);
    }

    @Override
    public RunnableHandle handle(RunnableHandle base) {
        return base;
    }

    /** One generation. Its thread reads and asks; the answers come on others. */
    private static final class Watch implements ManagedRunnable {

        /** Limits of the unit that has the name now; null for the manager, and for a unit that does not exist. */
        private record Asked(Limits limits, @Nullable UnitCell of) {
        }

        private final Path file;
        private boolean looked;
        private @Nullable String seen;
        private @Nullable String read;
        private String trouble = "";
        private volatile Map<String, Limits> wanted = Map.of();
        private final Map<String, Asked> asked = new HashMap<>();
        /** What was answered, by scope, if not that the limits hold. */
        private final Map<String, LifecycleException> refused = new ConcurrentHashMap<>();
        /** Where use was not within the limits at the deadline; it may be later. */
        private final Set<String> overdue = ConcurrentHashMap.newKeySet();

        Watch(Path file) {
            this.file = file;
        }

        @Override
        public void run(RunnableContext context) throws InterruptedException {
            context.detail("file", file::toString);
            @Nullable
            String told = null;
            do {
                trouble = look();
                if (trouble.isEmpty()) {
                    ask(context.manager());
                }
                String all = trouble.isEmpty() ? refusals() : trouble;
                if (!all.equals(told)) {
                    told = all;
                    if (all.isEmpty()) {
                        context.ready();
                    } else {
                        context.degraded(all);
                    }
                }
            } while (context.sleep(EVERY));
        }

        /** Reads the file, and takes over what is new; returns what is wrong with it. */
        private String look() {
            try {
                String now = Files.readString(file);
                boolean whole = !looked || now.equals(seen);
                seen = now;
                if (!whole) {
                    return trouble; // perhaps it is being written
                }
                if (!now.equals(read)) {
                    Map<String, Limits> next = parse(now.lines().toList());
                    read = now;
                    refused.clear();
                    overdue.clear();
                    wanted = next;
                }
                return "";
            } catch (NoSuchFileException e) {
                return file + " does not exist: limits stay as they are";
            } catch (IOException e) {
                return file + " cannot be read: " + e + "; limits stay as they are";
            } catch (IllegalArgumentException e) {
                return file + ", " + e.getMessage() + "; limits stay as they are";
            } finally {
                looked = true;
            }
        }

        private static Map<String, Limits> parse(List<String> lines) {
            Map<String, Limits> found = new LinkedHashMap<>();
            found.put("", Limits.none());
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).replaceFirst("#.*", "").strip();
                if (line.isEmpty()) {
                    continue;
                }
                int colon = line.indexOf(':');
                try {
                    String scope = colon < 0 ? "" : RunnableSpec.checkedName(line.substring(0, colon).strip());
                    found.put(scope, found.getOrDefault(scope, Limits.none()).parseOver(line.substring(colon + 1)));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
                }
            }
            return found;
        }

        /** Takes away what is not in the file any more, sets what is new, and once more where use may be within limits by now. */
        private void ask(Manager manager) {
            Quotas quotas = Quotas.of(manager);
            asked.entrySet().removeIf(before -> {
                boolean gone = !wanted.containsKey(before.getKey());
                UnitCell of = before.getValue().of;
                if (gone && of != null && manager.cell(before.getKey()) == of) {
                    quotas.set(before.getKey(), Limits.none());
                }
                return gone;
            });
            wanted.forEach((scope, limits) -> {
                Asked now = new Asked(limits, scope.isEmpty() ? null : manager.cell(scope));
                if (!now.equals(asked.put(scope, now))
                        || (overdue.remove(scope) && quotas.limits(scope).equals(limits))) {
                    quotas.set(scope, limits).whenDone(outcome -> answered(scope, limits, outcome));
                }
            });
        }

        private void answered(String scope, Limits limits, Outcome<QuotaPlan> outcome) {
            if (!wanted.entrySet().contains(Map.entry(scope, limits))) {
                return; // the file has changed since
            }
            switch (outcome) {
                case Outcome.Done<QuotaPlan> _ -> refused.remove(scope);
                case Outcome.Failed<QuotaPlan>(LifecycleException error) -> {
                    refused.put(scope, error);
                    if (error instanceof DeadlineException) {
                        overdue.add(scope);
                    }
                }
            }
        }

        private String refusals() {
            return refused.values().stream().map(error -> String.valueOf(error.getMessage())).sorted()
                    .collect(Collectors.joining("; "));
        }
    }
}
