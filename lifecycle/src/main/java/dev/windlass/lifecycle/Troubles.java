package dev.windlass.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the log is told of the trouble of a unit: each change of it once, however often the unit tries again, and that it is over. Of one
 * whose trouble comes and goes it is told no more than some in ten minutes. Most units never have one. Touched by messages of its unit
 * only.
 */
final class Troubles {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final int MOST = 5;
    private static final Duration WINDOW = Duration.ofMinutes(10);

    private final UnitCell cell;
    private final TimeSource time;
    private @Nullable String last;
    private long began;
    private int told;
    private int heldBack;

    Troubles(UnitCell cell) {
        this.cell = cell;
        this.time = cell.manager().time();
    }

    /**
     * The unit is in trouble, as its message says now.
     *
     * @param what by which another trouble is told from the same one: without what is another with each attempt
     */
    void tell(String what) {
        if (what.equals(last)) {
            return;
        }
        long now = time.nanos();
        if (told == 0 || now - began >= SystemTime.nanos(WINDOW)) {
            began = now;
            told = 0;
        }
        if (told == MOST) {
            heldBack++;
            return;
        }
        told++;
        last = what;
        UnitCell.Position at = cell.position();
        // A dependency that is stopped is nobody's fault, and one that failed has been told of.
        boolean expected = at.state() == UnitState.DEGRADED && at.reason() != Reason.BECAME_DEGRADED;
        LOG.atLevel(expected ? Level.INFO : Level.WARN).addKeyValue("unit", id(at))
                .addKeyValue("reason", at.reason()).log("{}: {}{}", at.state(), at.message(), more());
    }

    private String more() {
        String before = heldBack == 0 ? "" : "; %d changes before this one were not logged".formatted(heldBack);
        heldBack = 0;
        return before + (told == MOST ? "; further changes are not logged for up to " + WINDOW : "");
    }

    /** The unit is ready. */
    void over() {
        if (last != null) {
            last = null;
            LOG.atInfo().addKeyValue("unit", id(cell.position())).log("READY: the trouble is over");
        }
    }

    /** The generation has ended: what comes next is another trouble. */
    void forget() {
        last = null;
    }

    private String id(UnitCell.Position at) {
        return cell.name() + "#" + at.generation();
    }
}
