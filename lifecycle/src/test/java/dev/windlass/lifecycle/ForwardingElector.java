package dev.windlass.lifecycle;

/** Stands for another elector, which it may run as it likes. */
abstract class ForwardingElector implements Elector {

    final Elector real;

    ForwardingElector(Elector real) {
        this.real = real;
    }

    @Override
    public String election() {
        return real.election();
    }

    @Override
    public String identity() {
        return real.identity();
    }

    @Override
    public LeaseTimes times() {
        return real.times();
    }
}
