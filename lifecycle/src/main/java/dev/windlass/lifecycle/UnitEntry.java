package dev.windlass.lifecycle;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a name in the tree stands for, whatever the unit behind it does: its place among the others, what makes its generations, and who
 * has declared that. Also the mailbox of the unit.
 *
 * <p>Only messages change the description. The monitor guards the set of units inside, {@code adopting} and {@code removalAsked}, which
 * others change. Fields that others read are volatile.
 */
abstract class UnitEntry extends Mailbox {

    /**
     * What makes the generations of a unit, and the face that its handle shows.
     *
     * @param unit null when the unit has been removed
     * @param loader the context class loader of its threads
     */
    record Description(@Nullable Unit<?> unit, RunnableSpec spec, RunnableHandle handle, @Nullable ClassLoader loader) {

        /** The same code with another specification. */
        Description with(RunnableSpec next) {
            return new Description(unit, next, handle, loader);
        }

        Description withoutCode(RunnableHandle plain) {
            return new Description(null, spec, plain, null);
        }

        /** Other settings of the same code. */
        Description with(Unit<?> next, RunnableSpec nextSpec, RunnableHandle nextHandle) {
            return new Description(next, nextSpec, nextHandle, loader);
        }
    }

    private final Manager manager;
    private final String name;
    private final @Nullable UnitCell parent;
    private volatile @Nullable Unit<?> unit;
    private volatile RunnableSpec spec;
    private volatile RunnableHandle handle;
    private volatile @Nullable ClassLoader loader;
    private volatile @Nullable Set<UnitCell> inside;
    /** Which generation of the parent has declared it. */
    private long ownerGeneration;
    private boolean adopting;
    /** From the moment of the order on, before its message has run, so that nobody declares anew what is on its way out. */
    private boolean removalAsked;

    /** @param owner the generation of the parent that declares it; null at the root */
    @SuppressWarnings("NullAway.Init") // a handle shows a unit that is complete, so that the unit makes it
    UnitEntry(Manager manager, String name, @Nullable UnitCell parent, @Nullable Incarnation owner, Unit<?> unit,
            RunnableSpec spec) {
        this.manager = manager;
        this.name = name;
        this.parent = parent;
        this.ownerGeneration = owner == null ? 0 : owner.generation();
        this.unit = unit;
        this.spec = spec;
        this.loader = owner == null ? manager.contextClassLoader() : owner.contextClassLoader();
    }

    @Override
    final void turn() {
        manager.scheduling().turn();
    }

    /** By name, which decides in which order sets of units are gone through. */
    @Override
    public final int hashCode() {
        return name.hashCode();
    }

    abstract UnitState state();

    final Manager manager() {
        return manager;
    }

    final String name() {
        return name;
    }

    // ---- its place

    final @Nullable UnitCell parent() {
        return parent;
    }

    final boolean isAncestorOrSelfOf(@Nullable UnitCell other) {
        for (UnitCell cell = other; cell != null; cell = cell.parent()) {
            if (cell == this) {
                return true;
            }
        }
        return false;
    }

    /** The units inside, also those that do not run. */
    public final List<UnitCell> childCells() {
        Set<UnitCell> present = inside;
        return present == null ? List.of() : List.copyOf(present);
    }

    final synchronized void addChild(UnitCell child) {
        Set<UnitCell> present = inside;
        if (present == null) {
            present = ConcurrentHashMap.newKeySet();
            inside = present;
        }
        present.add(child);
    }

    final void removeChild(UnitCell child) {
        Set<UnitCell> present = inside;
        if (present != null) {
            present.remove(child);
        }
    }

    // ---- its description

    /** @throws UnknownUnitException when it has been removed */
    final Unit<?> unit() {
        Unit<?> present = unit;
        if (present == null) {
            throw removed();
        }
        return present;
    }

    final UnknownUnitException removed() {
        return new UnknownUnitException(name + " has been removed: add it again");
    }

    public final RunnableSpec spec() {
        return spec;
    }

    final RunnableHandle handle() {
        return handle;
    }

    /** Before anybody knows of it. */
    final void handle(RunnableHandle typed) {
        handle = typed;
    }

    final Description description() {
        return new Description(unit, spec, handle, loader);
    }

    /** From the next start on, or for a generation that is there, from now on. */
    final void describe(Description next) {
        unit = next.unit();
        spec = next.spec();
        handle = next.handle();
        loader = next.loader();
    }

    /**
     * Its name is gone: lets go of all that could be code of the unit, and keeps what is data. Whoever has its handle may have that for
     * long.
     */
    final void forgetCode(RunnableHandle plain) {
        describe(description().withoutCode(plain));
    }

    /** The context class loader of the threads of what is declared inside its scope now. */
    final @Nullable ClassLoader loaderOfScope() {
        Incarnation scope = parent == null ? null : parent.incarnation();
        return scope == null ? manager.contextClassLoader() : scope.contextClassLoader();
    }

    // ---- who declares it

    final long ownerGeneration() {
        return ownerGeneration;
    }

    /** Reserves a unit that does not run for a new declaration; false when it runs, goes, or is reserved for another one. */
    final synchronized boolean reserve() {
        UnitState state = state();
        if (adopting || removalAsked || !state.isTerminal() || state == UnitState.REMOVED) {
            return false;
        }
        adopting = true;
        return true;
    }

    final synchronized void unreserve() {
        adopting = false;
    }

    /** A generation of its scope has declared it again, for which it was reserved. */
    final void declared(Incarnation owner, Description next) {
        ownerGeneration = owner.generation();
        describe(next);
        unreserve();
    }

    /** Somebody has asked for its removal, or that was refused. */
    final synchronized void removalAsked(boolean asked) {
        removalAsked = asked;
    }
}
