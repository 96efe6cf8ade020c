package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What there is once of a name, whatever generations it has: health checks and meters. A generation that is beside the current one
 * has them in reserve; they are put up when it takes over, after those of the other one were taken down. Called on threads of the
 * unit.
 *
 * <p>The monitor guards all fields, those of what it contains too. Health and metrics are called under it, code of the unit is not.
 */
final class Exclusives {

    private final List<One> all = new ArrayList<>(2);
    private boolean reserve;

    /** One of them, as the ledger knows it. */
    final class One implements AutoCloseable {

        private final Supplier<Registration> how;
        private final @Nullable HealthCheck readiness;
        private @Nullable Registration there;

        private One(Supplier<Registration> how, @Nullable HealthCheck readiness) {
            this.how = how;
            this.readiness = readiness;
        }

        @Override
        public void close() {
            synchronized (Exclusives.this) {
                all.remove(this);
                takeDown();
            }
        }

        private void putUp() {
            if (there == null) {
                there = how.get();
            }
        }

        private void takeDown() {
            Registration present = there;
            there = null;
            if (present != null) {
                present.close();
            }
        }
    }

    /** @param reserve whether they are put up later */
    Exclusives(boolean reserve) {
        this.reserve = reserve;
    }

    /**
     * Adds one and puts it up, unless that comes later.
     *
     * @param readiness the same as a check that says whether the unit is ready; null when it is none
     */
    synchronized One add(Supplier<Registration> how, @Nullable HealthCheck readiness) {
        One one = new One(how, readiness);
        if (!reserve) {
            one.putUp();
        }
        all.add(one);
        return one;
    }

    /** @throws NameTakenException when somebody else has a name that one of them needs */
    synchronized void putUp() {
        reserve = false;
        all.forEach(One::putUp);
    }

    synchronized void takeDown() {
        reserve = true;
        all.reversed().forEach(One::takeDown);
    }

    synchronized List<HealthCheck> readiness() {
        List<HealthCheck> checks = new ArrayList<>(1);
        for (One one : all) {
            if (one.readiness != null) {
                checks.add(one.readiness);
            }
        }
        return checks;
    }
}
