"""How many questions may wait."""

from bot.messenger.delivery.crowding import Crowd, Crowded


def test_a_chat_may_have_so_many_waiting() -> None:
    """One more is turned away, until one of them has been answered."""
    crowd = Crowd(per_lane=2, per_user=100)
    for _ in range(2):
        assert crowd.turns_away("chat 1", 1) is None
        crowd.enter("chat 1", 1)
    assert crowd.turns_away("chat 1", 1) == Crowded(2, told=False)
    assert crowd.turns_away("chat 2", 2) is None
    crowd.leave("chat 1", 1)
    assert crowd.turns_away("chat 1", 1) is None


def test_a_user_may_have_so_many_waiting_in_all_chats() -> None:
    """Who asks in many chats is counted in all of them; others may go on asking there."""
    crowd = Crowd(per_lane=100, per_user=2)
    crowd.enter("chat 1", 7)
    crowd.enter("chat 2", 7)
    assert crowd.turns_away("chat 3", 7) == Crowded(2, told=False)
    assert crowd.turns_away("chat 1", 8) is None
    assert crowd.turns_away("chat 1", None) is None


def test_a_chat_is_told_once_until_there_is_room() -> None:
    """Not each question too many is told of; after half of the others are answered, it is."""
    crowd = Crowd(per_lane=4, per_user=100)
    for _ in range(4):
        crowd.enter("chat 1", 1)
    assert crowd.turns_away("chat 1", 1) == Crowded(4, told=False)
    assert crowd.turns_away("chat 1", 1) == Crowded(4, told=True)
    crowd.leave("chat 1", 1)
    crowd.enter("chat 1", 1)
    assert crowd.turns_away("chat 1", 1) == Crowded(4, told=True)
    for _ in range(2):
        crowd.leave("chat 1", 1)
    for _ in range(2):
        crowd.enter("chat 1", 1)
    assert crowd.turns_away("chat 1", 1) == Crowded(4, told=False)


def test_each_chat_hears_that_its_user_asks_too_much() -> None:
    """What one chat was told, another has not heard."""
    crowd = Crowd(per_lane=100, per_user=1)
    crowd.enter("chat 1", 7)
    assert crowd.turns_away("chat 1", 7) == Crowded(1, told=False)
    assert crowd.turns_away("chat 2", 7) == Crowded(1, told=False)
    assert crowd.turns_away("chat 2", 7) == Crowded(1, told=True)


def test_nothing_is_kept_of_those_who_wait_no_more() -> None:
    """A bot with many users does not remember each of them for ever."""
    crowd = Crowd(per_lane=1, per_user=1)
    for n in range(100):
        crowd.enter(f"chat {n}", n)
        crowd.turns_away(f"chat {n}", n)
        crowd.leave(f"chat {n}", n)
    assert not crowd._waiting
    assert not crowd._told
