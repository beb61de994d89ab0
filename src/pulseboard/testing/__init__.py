"""
What host applications use in their tests.

The pytest plugin is in `plugin`; the two functions work in any test runner::

    from pulseboard.testing import assert_healthy

    class ShopTest(TransactionTestCase):
        def test_the_shop_can_sell(self):
            assert_healthy("database", "payments")
"""

from pulseboard.testing.asked import ask_checks, assert_healthy

__all__ = ["ask_checks", "assert_healthy"]
